package dev.agentgate.agent;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Looks for the programs of agents as the start of a run would find them. What was found is
 * remembered for a few seconds, so that callers may ask often. Safe for use by many threads.
 */
public final class AgentPrograms {
  /** The search path of a shell that has no {@code PATH}. */
  private static final String DEFAULT_PATH =
      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private static final long REMEMBERED_NANOS = Duration.ofSeconds(5).toNanos();

  private final Agents agents;
  private final LongSupplier nanoTime;
  private final Map<String, Finding> findings = new ConcurrentHashMap<>();

  /** What was found, and when. */
  private record Finding(Optional<String> fault, long atNanos) {}

  public AgentPrograms(Agents agents) {
    this(agents, System::nanoTime);
  }

  AgentPrograms(Agents agents, LongSupplier nanoTime) {
    this.agents = agents;
    this.nanoTime = nanoTime;
  }

  /**
   * Returns why an agent of this type cannot be started, as a sentence that names no directory;
   * empty if its program is there.
   */
  public Optional<String> fault(String type, AgentProfile agent) {
    long now = nanoTime.getAsLong();
    return findings.compute(
            type,
            (_, known) ->
                known != null && now - known.atNanos < REMEMBERED_NANOS
                    ? known
                    : new Finding(look(agent), now))
        .fault;
  }

  private Optional<String> look(AgentProfile agent) {
    List<String> command = agent.commands().start().template();
    if (command.isEmpty() || command.getFirst().isBlank()) {
      return Optional.of("The agent has no command");
    }
    String program = command.getFirst();
    if (program.contains("{")) {
      return Optional.empty(); // It depends on the run.
    }
    if (program.contains("/")) {
      return isProgram(program) || !program.startsWith("/") // relative to a workspace
          ? Optional.empty()
          : Optional.of(
              "The agent's program " + nameOf(program) + " is not there or not executable");
    }
    String path = agents.pathOf(agent).filter(it -> !it.isEmpty()).orElse(DEFAULT_PATH);
    for (String directory : path.split(":", -1)) {
      // An empty entry is the working directory, which is the workspace.
      if (!directory.isEmpty() && isProgram(directory + "/" + program)) {
        return Optional.empty();
      }
    }
    return Optional.of("The command " + program + " is not on the agent's PATH");
  }

  private static boolean isProgram(String name) {
    try {
      Path file = Path.of(name);
      return Files.isRegularFile(file) && Files.isExecutable(file);
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private static String nameOf(String program) {
    return program.substring(program.lastIndexOf('/') + 1);
  }
}
