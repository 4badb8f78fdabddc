package dev.agentgate.store;

/**
 * The connection to the store broke before it had answered. If it was asked to write, the write may
 * have been made, or may still be made.
 */
public final class StoreUnansweredException extends StoreUnavailableException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message the reason, as a sentence that names no path
   */
  public StoreUnansweredException(String message, Throwable cause) {
    super(message, cause);
  }
}
