package dev.agentgate.workspace;

/** Git itself gave up; neither the time ran out nor did anyone stop it. */
class GitFailedException extends WorkspaceFailedException {
  private static final long serialVersionUID = 1L;

  private final int code;

  /**
   * @param code what git exited with
   */
  GitFailedException(String message, int code) {
    super(message);
    this.code = code;
  }

  int code() {
    return code;
  }
}
