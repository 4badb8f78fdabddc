package dev.agentgate.agent;

import dev.agentgate.workorder.Usage;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Optional;

/**
 * What must be known about a run to understand its output.
 *
 * @param clock tells about when the lines that are read now were written; for a run that is adopted
 *     this is when its log was last written
 * @param zone of the times of day that agents name: that of the service, which agents inherit
 * @param model that the run was started with, for agents that do not name theirs
 * @param usedBefore what the session had used before this run, if the run continues one: some
 *     agents count on from there
 * @param prices for agents that report tokens and no cost
 */
public record OutputContext(
    InstantSource clock, ZoneId zone, Optional<String> model, Usage usedBefore, Prices prices) {
  /** For a run that begins a session. */
  public static OutputContext of(InstantSource clock, ZoneId zone) {
    return new OutputContext(clock, zone, Optional.empty(), Usage.UNKNOWN, Prices.NONE);
  }
}
