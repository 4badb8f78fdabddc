package dev.agentgate.store.postgres;

/** Someone else is at work in the database; a later attempt may succeed. */
public final class DatabaseBusyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DatabaseBusyException(String message) {
    super(message);
  }
}
