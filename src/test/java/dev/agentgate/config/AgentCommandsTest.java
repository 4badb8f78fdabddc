package dev.agentgate.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.agent.AgentCommandLine;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrderId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of the agents that come with the service, with fake agents on the PATH. */
class AgentCommandsTest {
  private static final String PROMPT = "--attach=http://evil.example";

  @TempDir private Path directory;

  @Test
  void noPromptBecomesAnArgumentAndEveryAgentGetsIt() throws Exception {
    Path promptFile = Files.writeString(directory.resolve("prompt.txt"), PROMPT);
    var agents = ConfigurationFixture.configOf(Map.of()).getConfigMapping(Settings.class).agents();

    for (var agent : agents.entrySet()) {
      AgentCommandLine command = new AgentCommandLine(agent.getValue().command().orElseThrow());
      List<String> arguments =
          command.fill(
              new AgentCommandLine.Values(
                  PROMPT,
                  promptFile,
                  directory,
                  WorkOrderId.next(Instant.EPOCH),
                  RunId.next(Instant.EPOCH),
                  OptionalInt.empty()));
      Path fake = fake(arguments.getFirst());
      ProcessBuilder builder = new ProcessBuilder(arguments);
      builder.command().set(0, fake.toString());
      builder.redirectInput(
          command.readsPromptFromInput() ? promptFile.toFile() : Path.of("/dev/null").toFile());
      Process process = builder.start();
      String said =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();

      assertThat(process.waitFor()).isZero();
      assertThat(arguments).as(agent.getKey()).noneMatch(it -> it.contains(PROMPT));
      assertThat(said).as(agent.getKey()).isEqualTo(PROMPT);
    }
  }

  /** Says the file that is its last argument, else its standard input. */
  private Path fake(String program) throws IOException {
    Path fake = directory.resolve(program);
    Files.writeString(
        fake,
        "#!/bin/sh\nfor last; do :; done\nif test -f \"$last\"; then cat \"$last\"; else cat; fi\n");
    return Files.setPosixFilePermissions(fake, PosixFilePermissions.fromString("rwx------"));
  }
}
