package dev.agentgate.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * {@code prometheus} and {@code promtool}. A machine without them skips the test; a build server
 * (the variable {@code CI} is set) fails it.
 */
final class PrometheusPrograms {
  private PrometheusPrograms() {}

  static void require(String program) {
    boolean installed =
        Stream.ofNullable(System.getenv("PATH"))
            .flatMap(path -> Arrays.stream(path.split(File.pathSeparator, -1)))
            .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    if (!installed) {
      assertThat(System.getenv("CI")).as("a build server needs " + program).isNull();
      assumeTrue(false, program + " is not installed");
    }
  }

  /** Runs {@code promtool}, which must find nothing to complain about. */
  static void promtool(Path directory, String input, String... arguments)
      throws IOException, InterruptedException {
    require("promtool");
    Path file = Files.createTempFile("promtool", ".in");
    try {
      Files.writeString(file, input);
      Process promtool =
          new ProcessBuilder(
                  Stream.concat(Stream.of("promtool"), List.of(arguments).stream()).toList())
              .directory(directory.toFile())
              .redirectInput(file.toFile())
              .redirectErrorStream(true)
              .start();
      String said = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(promtool.waitFor()).as(said).isZero();
    } finally {
      Files.delete(file);
    }
  }
}
