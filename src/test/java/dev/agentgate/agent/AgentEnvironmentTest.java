package dev.agentgate.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrderId;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AgentEnvironmentTest {
  private final RunId run = RunId.next(Instant.EPOCH);
  private final WorkOrderId order = WorkOrderId.next(Instant.EPOCH);

  private Map<String, String> of(
      Map<String, String> service, Set<String> passthrough, OptionalInt maxIterations) {
    return new AgentEnvironment(service)
        .of(passthrough, order, run, Path.of("/w"), Path.of("/p"), maxIterations);
  }

  @Test
  void onlyAllowedAndNamedVariablesPass() {
    Map<String, String> service =
        Map.of(
            "PATH",
            "/bin",
            "LC_ALL",
            "C.UTF-8",
            "ANTHROPIC_API_KEY",
            "k",
            "OPENAI_API_KEY",
            "o",
            "AGENTGATE_AUTH_KEYS",
            "secret",
            "LD_PRELOAD",
            "/x.so");

    assertThat(of(service, Set.of("ANTHROPIC_API_KEY", "NOT_SET"), OptionalInt.of(3)))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "PATH", "/bin",
                "LC_ALL", "C.UTF-8",
                "ANTHROPIC_API_KEY", "k",
                "TERM", "dumb",
                "AGENTGATE_WORK_ORDER_ID", order.value(),
                "AGENTGATE_RUN_ID", run.value(),
                "AGENTGATE_WORKSPACE", "/w",
                "AGENTGATE_PROMPT_FILE", "/p",
                "AGENTGATE_MAX_ITERATIONS", "3"));
  }

  @Test
  void runsOwnVariablesAreNotTakenFromTheService() {
    Map<String, String> service =
        Map.of("AGENTGATE_RUN_ID", "outer", "AGENTGATE_MAX_ITERATIONS", "9");

    assertThat(of(service, service.keySet(), OptionalInt.empty()))
        .containsEntry("AGENTGATE_RUN_ID", run.value())
        .containsEntry("AGENTGATE_MAX_ITERATIONS", "");
  }
}
