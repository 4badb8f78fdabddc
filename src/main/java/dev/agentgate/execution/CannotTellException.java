package dev.agentgate.execution;

/**
 * The executor cannot see now how a run is, for example because the service is short of file
 * descriptors. It proves nothing, neither that the run ended nor that it lives: ask again.
 */
public final class CannotTellException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public CannotTellException(String message, Throwable cause) {
    super(message, cause);
  }
}
