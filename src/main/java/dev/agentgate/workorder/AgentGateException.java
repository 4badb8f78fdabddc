package dev.agentgate.workorder;

/**
 * What a caller can be told. The message is a sentence for people: it names no path of the server
 * and holds no secret. Everything else that is thrown is a defect.
 */
public class AgentGateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What kind of refusal this is; the HTTP layer gives each a status. */
  public enum Kind {
    /** The request itself is wrong. */
    INVALID,
    /** No such order or run. */
    NOT_FOUND,
    /** The order's state does not allow it. */
    CONFLICT,
    /** The order is not running, and only a running one can be killed. */
    NOT_RUNNING,
    /** The idempotency key was used for another request. */
    IDEMPOTENCY_KEY_REUSED,
    /** The queue is full; try later. */
    QUEUE_FULL,
    /** The store cannot take the write; nothing was written. */
    STORE_UNAVAILABLE,
    /** The service is stopping; try another replica, or later. */
    STOPPING
  }

  private final Kind kind;

  public AgentGateException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public AgentGateException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
