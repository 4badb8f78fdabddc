package dev.agentgate.execution;

/**
 * The command could not be started; nothing of it lives. The message says why, without a server
 * path.
 */
public class SpawnFailedException extends Exception {
  private static final long serialVersionUID = 1L;

  public SpawnFailedException(String message, Throwable cause) {
    super(message, cause);
  }

  public SpawnFailedException(String message) {
    super(message);
  }
}
