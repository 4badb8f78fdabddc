package dev.agentgate.workspace;

/** Git itself failed. It did not run out of time, and it was not stopped. */
class GitFailedException extends WorkspaceFailedException {
  private static final long serialVersionUID = 1L;

  private final int code;

  /**
   * @param code git's exit code
   */
  GitFailedException(String message, int code) {
    super(message);
    this.code = code;
  }

  int code() {
    return code;
  }
}
