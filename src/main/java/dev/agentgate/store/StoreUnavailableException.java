package dev.agentgate.store;

import dev.agentgate.workorder.AgentGateException;

/**
 * The store cannot accept the write. No part of it is kept, unless it is a {@link
 * StoreUnansweredException}.
 */
public class StoreUnavailableException extends AgentGateException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message the reason, as a sentence that names no path
   */
  public StoreUnavailableException(String message, Throwable cause) {
    super(Kind.STORE_UNAVAILABLE, message, cause);
  }

  public StoreUnavailableException(String message) {
    super(Kind.STORE_UNAVAILABLE, message);
  }
}
