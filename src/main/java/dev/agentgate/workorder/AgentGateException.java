package dev.agentgate.workorder;

/**
 * An error that is reported to the caller. The message is a sentence for people: it names no path
 * of the server and holds no secret. Any other exception that is thrown is a defect.
 */
public class AgentGateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The kind of refusal; the HTTP layer maps each to a status. */
  public enum Kind {
    /** The request itself is invalid. */
    INVALID,
    /** There is no such order or run. */
    NOT_FOUND,
    /** The order's state does not allow the request. */
    CONFLICT,
    /** The order is not running, and only a running order can be killed. */
    NOT_RUNNING,
    /** The idempotency key was already used for a different request. */
    IDEMPOTENCY_KEY_REUSED,
    /** The queue is full; the client may try again later. */
    QUEUE_FULL,
    /** The store cannot accept the write; nothing was written. */
    STORE_UNAVAILABLE,
    /** The service is short of descriptors or memory; the client may try again soon. */
    SHORT_OF_RESOURCES,
    /** The service is stopping; the client may try another replica, or try again later. */
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
