package dev.agentgate.execution;

/**
 * The executor cannot determine the state of a run now, for example because the service is short of
 * file descriptors. This does not prove that the run ended or that it is alive: ask again.
 */
public final class CannotTellException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public CannotTellException(String message, Throwable cause) {
    super(message, cause);
  }
}
