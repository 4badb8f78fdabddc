package dev.agentgate.execution;

import java.time.Duration;
import java.util.List;

/**
 * The result of a stop.
 *
 * @param killed whether something of the run was alive when the stop began
 * @param alive the names of what is still alive; empty unless the kernel cannot kill it
 * @param took the time from the call to the proof
 */
public record StopReport(boolean killed, List<String> alive, Duration took) {
  public StopReport {
    alive = List.copyOf(alive);
  }

  /** Returns how many processes of the run are still alive. */
  public int survivors() {
    return alive.size();
  }
}
