package dev.agentgate.store.postgres;

/**
 * The database cannot serve this instance, and a person has to act. The message says what to do.
 */
public final class DatabaseRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DatabaseRefusedException(String message) {
    super(message);
  }
}
