package dev.agentgate.git;

/** The remote refused a push for a reason that repeating the push does not change. */
public final class PushRefusedException extends GitFailedException {
  private static final long serialVersionUID = 1L;

  /**
   * @param code git's exit code
   */
  PushRefusedException(String message, int code) {
    super(message, code);
  }
}
