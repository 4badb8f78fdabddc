package dev.agentgate.execution;

import java.util.OptionalLong;

/**
 * Identifies an execution. Only its executor interprets it.
 *
 * @param name a name for people, such as {@code pid 4711}
 * @param pid the process that leads the run, if there is one
 */
public record ExecutionHandle(String name, OptionalLong pid) {
  @Override
  public String toString() {
    return name;
  }
}
