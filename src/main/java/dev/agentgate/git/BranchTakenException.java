package dev.agentgate.git;

/** The branch has commits on the remote that a push would lose. Nothing was pushed. */
public final class BranchTakenException extends GitException {
  private static final long serialVersionUID = 1L;

  public BranchTakenException(String message) {
    super(message);
  }
}
