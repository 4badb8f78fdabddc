package dev.agentgate.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A JVM that a test may end, and what it said, on both of its outputs. */
final class OwnJvm {
  /** What a program of a test exits with that nothing ended. */
  static final int WENT_ON = 42;

  private final Process process;
  private final BufferedReader output;

  private OwnJvm(Process process) {
    this.process = process;
    this.output = process.inputReader();
  }

  /** How it ended. */
  record End(int exitCode, String said) {}

  static OwnJvm start(Class<?> program, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName()));
    command.addAll(List.of(arguments));
    return new OwnJvm(new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  void awaitReady() throws IOException {
    assertThat(output.readLine()).isEqualTo("ready");
  }

  /** Asks it to end, as an init system does. */
  void terminate() {
    // Process.destroy() closes its output as well.
    process.toHandle().destroy();
  }

  void say(String line) throws IOException {
    try (Writer input = process.outputWriter()) {
      input.write(line + "\n");
    }
  }

  End end() throws InterruptedException {
    String said = output.lines().collect(Collectors.joining("\n"));
    return new End(process.waitFor(), said);
  }
}
