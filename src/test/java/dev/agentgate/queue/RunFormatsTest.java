package dev.agentgate.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.agent.AgentCommands;
import dev.agentgate.agent.AgentEnvironment;
import dev.agentgate.agent.AgentProfile;
import dev.agentgate.agent.Agents;
import dev.agentgate.agent.Agents.Agent;
import dev.agentgate.agent.OutputFormat;
import dev.agentgate.agent.Prices;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrderId;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFormatsTest {
  @TempDir Path directory;

  private static Agents agents(String type, boolean enabled) {
    return new Agents(
        Map.of(
            type,
            new Agent(
                new AgentProfile(
                    AgentCommands.of(List.of("sh", "{promptFile}")),
                    OutputFormat.CODEX_JSON,
                    AgentEnvironment.Visibility.USUAL),
                enabled)),
        new AgentEnvironment(Map.of(), Map.of()),
        Prices.NONE);
  }

  private static Run run(WorkOrderId order) {
    return Run.preparing(RunId.next(Instant.EPOCH), order, 1, Instant.EPOCH);
  }

  @Test
  void theFormatIsThatOfTheAgentNow() {
    try (QueueFixture queue = new QueueFixture(directory, settings -> settings)) {
      Run run = run(queue.submit());
      assertThat(new RunFormats(queue.store, agents("shell", true)).of(run))
          .isEqualTo(OutputFormat.CODEX_JSON);
      assertThat(new RunFormats(queue.store, agents("shell", false)).of(run))
          .isEqualTo(OutputFormat.TEXT);
      assertThat(new RunFormats(queue.store, agents("other", true)).of(run))
          .isEqualTo(OutputFormat.TEXT);
    }
  }

  @Test
  void theFormatOfARunWhoseOrderIsGoneIsText() {
    try (QueueFixture queue = new QueueFixture(directory, settings -> settings)) {
      Run run = run(WorkOrderId.next(Instant.EPOCH));
      assertThat(new RunFormats(queue.store, agents("shell", true)).of(run))
          .isEqualTo(OutputFormat.TEXT);
    }
  }
}
