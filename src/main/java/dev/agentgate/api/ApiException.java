package dev.agentgate.api;

import java.util.List;

/** A refusal by the HTTP layer itself. */
class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ProblemType type;
  private final transient List<Problem.Violation> violations;

  /**
   * @param detail a sentence for the client
   */
  ApiException(ProblemType type, String detail) {
    this(type, detail, List.of());
  }

  ApiException(ProblemType type, String detail, List<Problem.Violation> violations) {
    super(detail, null, false, false);
    this.type = type;
    this.violations = List.copyOf(violations);
  }

  /** A 400 with this sentence. */
  static ApiException invalid(String detail) {
    return new ApiException(ProblemType.INVALID_REQUEST, detail);
  }

  ProblemType type() {
    return type;
  }

  List<Problem.Violation> violations() {
    return violations;
  }

  String detail() {
    return String.valueOf(getMessage());
  }
}
