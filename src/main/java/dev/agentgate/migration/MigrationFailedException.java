package dev.agentgate.migration;

/** A copy was not completed. The message says why, and what to do. */
public final class MigrationFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  /** Why a copy was not completed. */
  public enum Reason {
    /** Some orders cannot be copied now. */
    NOT_NOW,
    /** The database belongs to other orders. */
    FOREIGN,
    /** Files cannot be read. */
    UNREADABLE,
    /** What was read back differs from what was written. */
    DIFFERENT
  }

  MigrationFailedException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
