package dev.agentgate.agent;

import java.time.Instant;
import java.util.Optional;

/**
 * How the agent's work ended, by its own words. Words can lie: a run whose process ended with an
 * error is no success, whatever they say.
 */
public sealed interface AgentVerdict {
  /** The output does not tell, or not yet. */
  AgentVerdict UNKNOWN = new Unknown();

  /** The agent did what it was asked to do. */
  AgentVerdict SUCCEEDED = new Succeeded();

  /** The output does not tell, or not yet. */
  record Unknown() implements AgentVerdict {}

  /** The agent says that it did what it was asked to do. */
  record Succeeded() implements AgentVerdict {}

  /**
   * The agent says that it failed.
   *
   * @param message its own sentence, on one line
   * @param until for {@link AgentFailure#USAGE_LIMIT}: when the limit is over, if the output says
   */
  record Failed(AgentFailure failure, String message, Optional<Instant> until)
      implements AgentVerdict {}
}
