package dev.agentgate.agent;

import dev.agentgate.workorder.Usage;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Optional;

/**
 * The facts about a run that are needed to understand its output.
 *
 * @param clock returns roughly when the lines that are being read were written; for an adopted run,
 *     that is when its log was last written
 * @param zone the time zone of the times of day in the output: the service's, which agents inherit
 * @param model the model that the run was started with, for agents that do not report theirs
 * @param usedBefore what the session had used before this run, if the run continues one: some
 *     agents keep counting from there
 * @param prices for agents that report tokens but no cost
 */
public record OutputContext(
    InstantSource clock, ZoneId zone, Optional<String> model, Usage usedBefore, Prices prices) {
  /** Returns the context of a run that begins a session. */
  public static OutputContext of(InstantSource clock, ZoneId zone) {
    return new OutputContext(clock, zone, Optional.empty(), Usage.UNKNOWN, Prices.NONE);
  }
}
