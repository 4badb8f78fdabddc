package dev.agentgate.store;

import dev.agentgate.workorder.AgentGateException;

/** The store cannot take the write; nothing of it stays. */
public class StoreUnavailableException extends AgentGateException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message why, as a sentence without a path
   */
  public StoreUnavailableException(String message, Throwable cause) {
    super(Kind.STORE_UNAVAILABLE, message, cause);
  }

  public StoreUnavailableException(String message) {
    super(Kind.STORE_UNAVAILABLE, message);
  }
}
