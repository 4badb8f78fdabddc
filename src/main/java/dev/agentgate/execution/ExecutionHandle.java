package dev.agentgate.execution;

import java.util.OptionalLong;

/**
 * Which execution it is. Opaque to everybody but its executor.
 *
 * @param name for people, such as {@code pid 4711}
 * @param pid of the process that leads the run, where that means something
 */
public record ExecutionHandle(String name, OptionalLong pid) {
  @Override
  public String toString() {
    return name;
  }
}
