package dev.agentgate.execution.local;

/**
 * The command could not be started, and nothing of it is alive. The message gives the reason
 * without a server path.
 */
final class SpawnFailedException extends Exception {
  private static final long serialVersionUID = 1L;

  SpawnFailedException(String message, Throwable cause) {
    super(message, cause);
  }

  SpawnFailedException(String message) {
    super(message);
  }
}
