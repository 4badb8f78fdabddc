package dev.agentgate.workspace;

/**
 * The workspace could not be prepared; nothing of it is left. The message says why, in git's words.
 */
public class WorkspaceFailedException extends Exception {
  private static final long serialVersionUID = 1L;

  public WorkspaceFailedException(String message, Throwable cause) {
    super(message, cause);
  }

  public WorkspaceFailedException(String message) {
    super(message);
  }
}
