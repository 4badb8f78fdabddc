package dev.agentgate.api.problem;

import java.util.List;

/** A refusal by the HTTP layer itself. */
public class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ProblemType type;
  private final transient List<Problem.Violation> violations;

  /**
   * @param detail a sentence for the client
   */
  public ApiException(ProblemType type, String detail) {
    this(type, detail, List.of());
  }

  public ApiException(ProblemType type, String detail, List<Problem.Violation> violations) {
    super(detail, null, false, false);
    this.type = type;
    this.violations = List.copyOf(violations);
  }

  /** A 400 with this sentence. */
  public static ApiException invalid(String detail) {
    return new ApiException(ProblemType.INVALID_REQUEST, detail);
  }

  public ProblemType type() {
    return type;
  }

  List<Problem.Violation> violations() {
    return violations;
  }

  public String detail() {
    return String.valueOf(getMessage());
  }
}
