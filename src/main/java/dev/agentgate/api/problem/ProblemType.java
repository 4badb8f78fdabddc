package dev.agentgate.api.problem;

import dev.agentgate.wire.Problem;
import dev.agentgate.workorder.AgentGateException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Every kind of error answer: its status, title and type. The type is a URN and not a locator,
 * because there is no page to fetch and clients compare it as text.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9457#section-3.1.1">RFC 9457, type</a>
 */
public enum ProblemType {
  INVALID_REQUEST(400, "Invalid request", "invalid-request"),
  NOT_RUNNING(400, "Work order not running", "not-running"),
  UNAUTHENTICATED(401, "Key missing or wrong", "unauthenticated"),
  FORBIDDEN(403, "Not allowed", "forbidden"),
  NOT_FOUND(404, "Not found", "not-found"),
  METHOD_NOT_ALLOWED(405, "Method not allowed", "method-not-allowed"),
  NOT_ACCEPTABLE(406, "Not acceptable", "not-acceptable"),
  TOO_SLOW(408, "Request body too slow", "too-slow"),
  CONFLICT(409, "State does not allow it", "conflict"),
  IDEMPOTENCY_KEY_REUSED(409, "Idempotency key reused", "idempotency-key-reused"),
  PAYLOAD_TOO_LARGE(413, "Request body too large", "payload-too-large"),
  UNSUPPORTED_MEDIA_TYPE(415, "Unsupported media type", "unsupported-media-type"),
  RANGE_NOT_SATISFIABLE(416, "Range not satisfiable", "range-not-satisfiable"),
  QUEUE_FULL(429, "Queue full", "queue-full", 30),
  INTERNAL(500, "Internal error", "internal"),
  STORE_UNAVAILABLE(503, "Store unavailable", "store-unavailable", 10),
  STOPPING(503, "Service stopping", "stopping", 10),
  BUSY(503, "Service busy", "busy", 2);

  private static final String PREFIX = "urn:problem-type:agentgate:";

  private final int status;
  private final String title;
  private final String uri;
  private final OptionalInt retryAfter;

  ProblemType(int status, String title, String code) {
    this(status, title, code, OptionalInt.empty());
  }

  ProblemType(int status, String title, String code, int retryAfterSeconds) {
    this(status, title, code, OptionalInt.of(retryAfterSeconds));
  }

  ProblemType(int status, String title, String code, OptionalInt retryAfter) {
    this.status = status;
    this.title = title;
    this.uri = PREFIX + code;
    this.retryAfter = retryAfter;
  }

  public int status() {
    return status;
  }

  public String title() {
    return title;
  }

  /** The {@code type} member. */
  public String uri() {
    return uri;
  }

  /**
   * A problem of this type.
   *
   * @param detail a sentence for the client
   * @param instance the path of the request
   */
  public Problem problem(String detail, String instance, List<Problem.Violation> violations) {
    return new Problem(uri, title, status, detail, instance, detail, violations);
  }

  public Problem problem(String detail, String instance) {
    return problem(detail, instance, List.of());
  }

  /** The {@code Retry-After} in seconds, if a later attempt may succeed. */
  public OptionalInt retryAfter() {
    return retryAfter;
  }

  public static ProblemType of(AgentGateException.Kind kind) {
    return switch (kind) {
      case INVALID -> INVALID_REQUEST;
      case NOT_FOUND -> NOT_FOUND;
      case CONFLICT -> CONFLICT;
      case NOT_RUNNING -> NOT_RUNNING;
      case IDEMPOTENCY_KEY_REUSED -> IDEMPOTENCY_KEY_REUSED;
      case QUEUE_FULL -> QUEUE_FULL;
      case STORE_UNAVAILABLE -> STORE_UNAVAILABLE;
      case SHORT_OF_RESOURCES -> BUSY;
      case STOPPING -> STOPPING;
    };
  }

  /** The first type with this status; empty if the service has none. */
  static Optional<ProblemType> ofStatus(int status) {
    for (ProblemType type : values()) {
      if (type.status == status) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  /** The type with this {@link #uri()}; empty for {@code about:blank}. */
  static Optional<ProblemType> ofUri(String uri) {
    for (ProblemType type : values()) {
      if (type.uri.equals(uri)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }
}
