package dev.agentgate.api.problem;

import dev.agentgate.wire.Problem.Violation;
import java.util.List;

/** A refusal by the HTTP layer itself. */
public class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ProblemType type;
  private final transient List<Violation> violations;

  /**
   * @param detail a sentence for the client
   */
  public ApiException(ProblemType type, String detail) {
    this(type, detail, List.of());
  }

  private ApiException(ProblemType type, String detail, List<Violation> violations) {
    super(detail, null, false, false);
    this.type = type;
    this.violations = List.copyOf(violations);
  }

  /** A 400 with this sentence. */
  public static ApiException invalid(String detail) {
    return new ApiException(ProblemType.INVALID_REQUEST, detail);
  }

  /**
   * A 400 for a body with wrong values.
   *
   * @param first a sentence about the first of them
   */
  public static ApiException invalid(String first, List<Violation> violations) {
    int more = violations.size() - 1;
    return new ApiException(
        ProblemType.INVALID_REQUEST,
        more == 0 ? first : first + " (and " + more + " more, see violations)",
        violations);
  }

  public ProblemType type() {
    return type;
  }

  List<Violation> violations() {
    return violations;
  }

  public String detail() {
    return String.valueOf(getMessage());
  }
}
