package dev.agentgate.agent;

import java.time.Instant;
import java.util.Optional;

/**
 * How the agent's work ended, according to the agent. The agent may be wrong: a run whose process
 * ended with an error has not succeeded, whatever its output says.
 */
public sealed interface AgentVerdict {
  /** The output does not say, or does not say yet. */
  AgentVerdict UNKNOWN = new Unknown();

  /** The agent says that it did what it was asked to do. */
  AgentVerdict SUCCEEDED = new Succeeded();

  /** The output does not say, or does not say yet. */
  record Unknown() implements AgentVerdict {}

  /** The agent says that it did what it was asked to do. */
  record Succeeded() implements AgentVerdict {}

  /**
   * The agent says that it failed.
   *
   * @param message the agent's own message, on one line
   * @param until when the limit ends, for {@link AgentFailure#USAGE_LIMIT}; empty if the output
   *     does not say
   */
  record Failed(AgentFailure failure, String message, Optional<Instant> until)
      implements AgentVerdict {}
}
