package dev.agentgate.git;

/** The repository was fetched as a whole and does not contain the commit. */
public final class CommitMissingException extends GitFailedException {
  private static final long serialVersionUID = 1L;

  /**
   * @param code git's exit code
   */
  CommitMissingException(String message, int code) {
    super(message, code);
  }
}
