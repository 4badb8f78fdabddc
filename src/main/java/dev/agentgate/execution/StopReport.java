package dev.agentgate.execution;

import java.time.Duration;
import java.util.List;

/**
 * What a stop did.
 *
 * @param killed whether something of the run lived when it began
 * @param alive what of the run still lives, by name; empty unless the kernel cannot kill it
 * @param took from the call to the proof
 */
public record StopReport(boolean killed, List<String> alive, Duration took) {
  public StopReport {
    alive = List.copyOf(alive);
  }

  /** How much of the run still lives. */
  public int survivors() {
    return alive.size();
  }
}
