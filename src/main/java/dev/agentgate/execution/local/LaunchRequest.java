package dev.agentgate.execution.local;

import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrderId;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A command to start.
 *
 * @param command the argument list without placeholders; never interpreted by a shell
 * @param environment the whole environment of the agent; only the mark by which its processes are
 *     found is added
 * @param input the file for standard input; empty: {@code /dev/null}
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
