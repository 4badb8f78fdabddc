package dev.agentgate.workspace;

/** Git itself gave up; neither the time ran out nor did anyone stop it. */
final class GitFailedException extends WorkspaceFailedException {
  private static final long serialVersionUID = 1L;

  GitFailedException(String message) {
    super(message);
  }
}
