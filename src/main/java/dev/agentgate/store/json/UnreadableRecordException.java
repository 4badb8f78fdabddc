package dev.agentgate.store.json;

/** A stored record is invalid. The message says what is wrong with it. */
public final class UnreadableRecordException extends Exception {
  private static final long serialVersionUID = 1L;

  public UnreadableRecordException(String reason) {
    super(reason);
  }

  public UnreadableRecordException(String reason, Throwable cause) {
    super(reason, cause);
  }
}
