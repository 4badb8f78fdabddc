package dev.agentgate.execution.local;

import dev.agentgate.agent.AgentSession;
import dev.agentgate.agent.AgentTask;
import dev.agentgate.agent.AgentVariables;
import dev.agentgate.agent.Agents;
import dev.agentgate.output.RunDirectories;
import dev.agentgate.workorder.Continuation;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Starts the agent that an order requests, in its workspace and with its prompt. */
public final class AgentLauncher {
  private static final String CONTINUE =
      "You were interrupted. Continue with the task where you left off.";
  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final LinuxProcessManager processes;
  private final RunDirectories directories;
  private final Agents agents;
  private final OrderHomes homes;
  private final AgentVariables variables;

  public AgentLauncher(
      LinuxProcessManager processes,
      RunDirectories directories,
      Agents agents,
      OrderHomes homes,
      AgentVariables variables) {
    this.processes = processes;
    this.directories = directories;
    this.agents = agents;
    this.homes = homes;
    this.variables = variables;
  }

  /**
   * Starts the agent.
   *
   * @param session the session that it continues, if it can
   * @throws SpawnFailedException if it cannot be started; nothing of it is alive then
   */
  SupervisedProcess launch(
      WorkOrder order, RunId run, Path workspace, Optional<AgentSession> session)
      throws SpawnFailedException {
    WorkOrderSpec spec = order.spec();
    String prompt = prompt(order, session);
    Path promptFile = directories.of(run).promptFile();
    AgentTask task =
        new AgentTask(
            order.id(),
            run,
            prompt,
            promptFile,
            workspace,
            spec.choices(),
            session.map(AgentSession::id));
    Agents.Invocation invocation =
        agents
            .invocation(spec.agentType(), task, homes.of(order))
            .orElseThrow(() ->
                new SpawnFailedException("The agent " + spec.agentType() + " is not enabled"));
    directories.create(run);
    write(promptFile, prompt);
    Map<String, String> environment = new TreeMap<>(invocation.environment());
    environment.putAll(variables.of(order.id(), run));
    return processes.start(
        new LaunchRequest(
            run, order.id(), invocation.command(), environment, workspace, invocation.input()));
  }

  /** Returns what the agent is asked to do. In its own session it knows the task already. */
  private String prompt(WorkOrder order, Optional<AgentSession> session) {
    return order
        .continuation()
        .flatMap(Continuation::prompt)
        .or(() ->
            session.filter(_ -> agents.canResume(order.spec().agentType())).map(_ -> CONTINUE))
        .orElse(order.spec().taskPrompt());
  }

  private static void write(Path file, String prompt) throws SpawnFailedException {
    try {
      try (var channel =
          Files.newByteChannel(
              file,
              Set.of(
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE,
                  StandardOpenOption.TRUNCATE_EXISTING),
              OWNER_ONLY)) {
        channel.write(StandardCharsets.UTF_8.encode(prompt));
      }
    } catch (IOException e) {
      throw new SpawnFailedException("The prompt could not be written", e);
    }
  }
}
