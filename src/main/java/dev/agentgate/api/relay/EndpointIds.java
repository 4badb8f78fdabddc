package dev.agentgate.api.relay;

import dev.agentgate.api.problem.ProblemAnswers;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrderId;
import io.vertx.ext.web.RoutingContext;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;

/** Finds the ids in the path of a call. An id that is malformed is none; a resource says so. */
final class EndpointIds {
  private EndpointIds() {}

  static Optional<WorkOrderId> order(RoutingContext call) {
    return find(call, WorkOrderId::parse);
  }

  static Optional<RunId> run(RoutingContext call) {
    return find(call, RunId::parse);
  }

  private static <T> Optional<T> find(RoutingContext call, Function<String, Optional<T>> parse) {
    return Arrays.stream(ProblemAnswers.pathOf(call.request()).split("/", -1))
        .map(parse)
        .flatMap(Optional::stream)
        .findFirst();
  }
}
