package dev.agentgate.git;

/**
 * Git did not do what it was asked to do. The message gives the reason, in git's own words where
 * git failed, and contains neither secrets nor paths of this machine.
 */
public class GitException extends Exception {
  private static final long serialVersionUID = 1L;

  public GitException(String message, Throwable cause) {
    super(message, cause);
  }

  public GitException(String message) {
    super(message);
  }
}
