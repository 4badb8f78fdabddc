package dev.agentgate.agent;

import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrderId;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;

/**
 * The environment of agents: of the service's own only what every program needs and what the agent
 * may see by name, so that the service's secrets stay its own.
 */
public final class AgentEnvironment {
  private static final Set<String> ALLOWED =
      Set.of("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR");
  private static final String LOCALE_PREFIX = "LC_";

  private final Map<String, String> service;

  /**
   * @param service the service's environment
   */
  public AgentEnvironment(Map<String, String> service) {
    this.service = Map.copyOf(service);
  }

  /**
   * The whole environment of one run.
   *
   * @param passthrough names of the service's variables that this agent sees
   * @param maxIterations empty if the order names none; the variable is empty then
   */
  public Map<String, String> of(
      Set<String> passthrough,
      WorkOrderId workOrder,
      RunId run,
      Path workspace,
      Path promptFile,
      OptionalInt maxIterations) {
    Map<String, String> environment = new TreeMap<>();
    service.forEach((name, value) -> {
      if (ALLOWED.contains(name) || name.startsWith(LOCALE_PREFIX) || passthrough.contains(name)) {
        environment.put(name, value);
      }
    });
    // Nobody looks at a terminal: no colours, no cursor movements in the log.
    environment.put("TERM", "dumb");
    environment.put("AGENTGATE_WORK_ORDER_ID", workOrder.value());
    environment.put("AGENTGATE_RUN_ID", run.value());
    environment.put("AGENTGATE_WORKSPACE", workspace.toString());
    environment.put("AGENTGATE_PROMPT_FILE", promptFile.toString());
    environment.put(
        "AGENTGATE_MAX_ITERATIONS",
        maxIterations.isPresent() ? Integer.toString(maxIterations.getAsInt()) : "");
    return environment;
  }
}
