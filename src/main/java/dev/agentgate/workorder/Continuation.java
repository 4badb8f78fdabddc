package dev.agentgate.workorder;

import java.util.Optional;

/**
 * What an attempt continues, instead of beginning with a fresh checkout: the work of an earlier
 * run, in its workspace and, if the agent can resume it, in its session.
 *
 * @param run the earlier run
 * @param prompt what the agent is asked to do next; empty: to go on with the order's own task
 */
public record Continuation(RunId run, Optional<String> prompt) {
  /** Whether a client asked for this; it must then not be replaced by a fresh start. */
  public boolean isFollowUp() {
    return prompt.isPresent();
  }
}
