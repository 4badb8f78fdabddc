package dev.agentgate.api.problem;

import dev.agentgate.queue.InvalidOrderException;
import dev.agentgate.wire.Problem;
import dev.agentgate.wire.Problem.Violation;
import dev.agentgate.workorder.AgentGateException;
import java.util.List;
import java.util.Optional;

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

  /** A 400 for an order with wrong values. */
  public static ApiException of(InvalidOrderException refused) {
    List<Violation> violations =
        refused.faults().entrySet().stream()
            .map(fault -> new Violation(fault.getKey(), fault.getValue()))
            .toList();
    return invalid(violations.getFirst().message(), violations);
  }

  /** A refusal by the domain. */
  public static ApiException of(AgentGateException refused) {
    return refused instanceof InvalidOrderException invalid
        ? of(invalid)
        : new ApiException(
            ProblemType.of(refused.kind()), Optional.ofNullable(refused.getMessage()).orElse(""));
  }

  /**
   * The problem that tells a client of this.
   *
   * @param instance the path of the request
   */
  public Problem problem(String instance) {
    return type.problem(detail(), instance, violations);
  }

  public ProblemType type() {
    return type;
  }

  public String detail() {
    return String.valueOf(getMessage());
  }
}
