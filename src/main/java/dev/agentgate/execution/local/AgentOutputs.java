package dev.agentgate.execution.local;

import dev.agentgate.agent.AgentSession;
import dev.agentgate.agent.Agents;
import dev.agentgate.agent.OutputContext;
import dev.agentgate.agent.OutputFormat;
import dev.agentgate.agent.OutputReader;
import dev.agentgate.agent.SecretMask;
import dev.agentgate.output.OutputWatch;
import dev.agentgate.output.RunDirectory;
import dev.agentgate.output.RunLogFile;
import dev.agentgate.workorder.Usage;
import dev.agentgate.workorder.WorkOrder;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Optional;

/** Begins to read the output of runs. */
public final class AgentOutputs {
  private final Agents agents;
  private final SecretMask mask;
  private final InstantSource clock;

  /**
   * @param mask hides the service's own secrets and those that it passes to agents
   */
  public AgentOutputs(Agents agents, SecretMask mask, InstantSource clock) {
    this.agents = agents;
    this.mask = mask;
    this.clock = clock;
  }

  /**
   * Begins to read the output of a run.
   *
   * @param age the age of the run's process
   * @param session the session that the agent continues
   */
  AgentOutput of(
      WorkOrder order,
      RunDirectory directory,
      RunLogFile log,
      Duration age,
      Optional<AgentSession> session) {
    OutputFormat format = agents.output(order.spec().agentType());
    OutputContext context =
        new OutputContext(
            () -> writtenAt(log),
            ZoneId.systemDefault(),
            order.spec().choices().model(),
            session.map(AgentSession::used).orElse(Usage.UNKNOWN),
            agents.prices());
    return new AgentOutput(
        log, mask, format, OutputReader.of(format, context), OutputWatch.begin(directory, age));
  }

  /** Returns roughly when the lines were written that are being read. */
  private Instant writtenAt(RunLogFile log) {
    Instant now = clock.instant();
    return log.lastActivityAt().filter(now::isAfter).orElse(now);
  }
}
