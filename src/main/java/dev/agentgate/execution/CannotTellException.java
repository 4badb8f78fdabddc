package dev.agentgate.execution;

import dev.agentgate.workorder.AgentGateException;

/**
 * The executor cannot determine the state of a run now, because the service is short of file
 * descriptors or memory. This does not prove that the run ended or that it is alive: ask again.
 */
public final class CannotTellException extends AgentGateException {
  private static final long serialVersionUID = 1L;

  public CannotTellException(Throwable cause) {
    super(
        Kind.SHORT_OF_RESOURCES,
        "The service is short of file descriptors or memory and cannot see the processes of the"
            + " run. Try again.",
        cause);
  }
}
