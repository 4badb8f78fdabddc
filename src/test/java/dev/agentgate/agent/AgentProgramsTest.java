package dev.agentgate.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether an agent's program is there. */
class AgentProgramsTest {
  private static final String TYPE = "mine";

  @TempDir Path directory;
  private final AtomicLong nanos = new AtomicLong();
  private AgentPrograms programs = programs("/nowhere");

  @BeforeEach
  void lookInTheTestsDirectory() {
    programs = programs("/nowhere::" + directory);
  }

  private AgentPrograms programs(String path) {
    return new AgentPrograms(
        new Agents(Map.of(), new AgentEnvironment(Map.of("PATH", path), Map.of()), Prices.NONE),
        nanos::get);
  }

  private static AgentProfile agent(String... command) {
    return new AgentProfile(
        AgentCommands.of(List.of(command)), OutputFormat.TEXT, AgentEnvironment.Visibility.USUAL);
  }

  private Path program(String name) throws IOException {
    return Files.createFile(
        directory.resolve(name),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
  }

  @Test
  void aCommandIsLookedUpOnThePath() throws IOException {
    program("mybot");
    Files.createFile(directory.resolve("notes"));
    Files.createDirectory(directory.resolve("folder"));

    assertThat(programs.fault("a", agent("mybot", "--yes"))).isEmpty();
    assertThat(programs.fault("b", agent("yourbot")))
        .contains("The command yourbot is not on the agent's PATH");
    assertThat(programs.fault("c", agent("notes"))).as("not executable").isPresent();
    assertThat(programs.fault("d", agent("folder"))).as("a directory").isPresent();
  }

  @Test
  void aNameWithASlashIsTakenAsItIs() throws IOException {
    String there = program("mybot").toString();

    assertThat(programs.fault("a", agent(there))).isEmpty();
    assertThat(programs.fault("b", agent(there + "2")))
        .contains("The agent's program mybot2 is not there or not executable");
    assertThat(programs.fault("c", agent("./run"))).as("in the workspace").isEmpty();
    assertThat(programs.fault("d", agent("{workspace}/run"))).isEmpty();
  }

  @Test
  void anAgentWithoutACommandHasNoProgram() {
    assertThat(programs.fault("a", agent())).contains("The agent has no command");
  }

  @Test
  void theAgentsOwnPathCounts() throws IOException {
    program("mybot");
    AgentProfile own =
        new AgentProfile(
            AgentCommands.of(List.of("mybot")),
            OutputFormat.TEXT,
            new AgentEnvironment.Visibility(
                Set.of(), Set.of(), Map.of("PATH", directory.toString()), Map.of()));
    AgentProfile hidden =
        new AgentProfile(
            AgentCommands.of(List.of("mybot")),
            OutputFormat.TEXT,
            new AgentEnvironment.Visibility(Set.of(), Set.of("PATH"), Map.of(), Map.of()));

    assertThat(programs("/nowhere").fault("a", own)).isEmpty();
    assertThat(programs.fault("b", hidden)).isPresent();
    assertThat(programs.fault("c", agent("mybot"))).isEmpty();
  }

  @Test
  void aFindingIsRememberedForAFewSeconds() throws IOException {
    assertThat(programs.fault(TYPE, agent("mybot"))).isPresent();
    program("mybot");
    nanos.addAndGet(Duration.ofSeconds(4).toNanos());
    assertThat(programs.fault(TYPE, agent("mybot"))).isPresent();
    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    assertThat(programs.fault(TYPE, agent("mybot"))).isEmpty();
  }
}
