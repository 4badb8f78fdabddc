package dev.agentgate.execution.local;

import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrderId;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What to start.
 *
 * @param command the argument list, nothing left to fill in; never seen by a shell
 * @param environment the whole environment of the agent, nothing is added but what finds its
 *     processes
 * @param input what the process reads on standard input; empty: {@code /dev/null}
 */
record LaunchRequest(
    RunId run,
    WorkOrderId workOrder,
    List<String> command,
    Map<String, String> environment,
    Path workspace,
    Optional<Path> input) {
  LaunchRequest {
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
  }
}
