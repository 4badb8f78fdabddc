package dev.agentgate.workspace;

/** A repository was fetched as a whole, and has no such commit. */
final class CommitMissingException extends GitFailedException {
  private static final long serialVersionUID = 1L;

  /**
   * @param code what git exited with
   */
  CommitMissingException(String message, int code) {
    super(message, code);
  }
}
