package dev.agentgate.store.file;

/** A stored record is invalid. The message says what is wrong with it. */
final class UnreadableRecordException extends Exception {
  private static final long serialVersionUID = 1L;

  UnreadableRecordException(String reason) {
    super(reason);
  }

  UnreadableRecordException(String reason, Throwable cause) {
    super(reason, cause);
  }
}
