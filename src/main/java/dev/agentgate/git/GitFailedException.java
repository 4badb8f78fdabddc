package dev.agentgate.git;

/** Git itself failed. It did not run out of time, and it was not stopped. */
public class GitFailedException extends GitException {
  private static final long serialVersionUID = 1L;

  private final int code;

  /**
   * @param code git's exit code
   */
  public GitFailedException(String message, int code) {
    super(message);
    this.code = code;
  }

  public int code() {
    return code;
  }
}
