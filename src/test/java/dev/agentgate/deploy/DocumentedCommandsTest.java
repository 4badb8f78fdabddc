package dev.agentgate.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.config.ConfigurationFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the documents, the unit and the build tell people and machines to run. */
class DocumentedCommandsTest {
  private static final Pattern CODE = Pattern.compile("```sh\\n(.*?)```", Pattern.DOTALL);
  private static final Pattern STARTS_THE_SERVICE =
      Pattern.compile("-jar \\S*quarkus-run\\.jar|quarkus:run|(^|[/=])agentgate -[XD]");
  private static final Pattern STARTS_A_JVM =
      Pattern.compile("-jar \\S*quarkus-run\\.jar|quarkus:run");
  private static final String EXIT = "-XX:+ExitOnOutOfMemoryError";

  /** Otherwise Java raises the limit of open files, and agents inherit the raised one. */
  private static final String KEEPS_LIMIT = "-XX:-MaxFDLimit";

  @Test
  void everyCommandThatStartsTheServiceEndsItWhenItsHeapIsExhausted() throws IOException {
    List<String> starts = starts();

    assertThat(starts).hasSizeGreaterThanOrEqualTo(8);
    assertThat(starts).allSatisfy(command -> assertThat(command).contains(EXIT));
  }

  @Test
  void everyCommandThatStartsTheServiceOnAJvmKeepsTheLimitOfOpenFiles() throws IOException {
    List<String> starts =
        starts().stream().filter(command -> STARTS_A_JVM.matcher(command).find()).toList();

    assertThat(starts).hasSizeGreaterThanOrEqualTo(5);
    assertThat(starts).allSatisfy(command -> assertThat(command).contains(KEEPS_LIMIT));
  }

  private static List<String> starts() throws IOException {
    return Stream.of(commands(), unit(), lines("justfile"), serviceOfTheClone())
        .flatMap(it -> it)
        .filter(command -> STARTS_THE_SERVICE.matcher(command).find())
        .toList();
  }

  /** What {@code ./agentgate} does with {@code serve} and without arguments. */
  private static Stream<String> serviceOfTheClone() {
    return lines("agentgate")
        .dropWhile(line -> !line.contains("= serve ]"))
        .takeWhile(line -> !line.equals("else"));
  }

  @Test
  void noCommandThatHidesTheBuildShowsItsDownloads() throws IOException {
    List<String> quiet =
        Stream.concat(
                commands(),
                Stream.of("Dockerfile.native", "bench/build.sh")
                    .flatMap(DocumentedCommandsTest::lines))
            .filter(command -> command.contains("./mvnw -q"))
            .toList();

    assertThat(quiet).hasSizeGreaterThanOrEqualTo(4);
    // Quarkus' own resolver sees the command line, not .mvn/maven.config.
    assertThat(quiet).allSatisfy(command -> assertThat(command).contains(" -ntp "));
    assertThat(Path.of(".mvn/maven.config")).hasContent("-ntp");
  }

  @Test
  void theExecutableWritesNoHeapDumpEndsWithoutHeapAndReadsNamesAsUtf8() {
    var config = ConfigurationFixture.configOf(Map.of());

    assertThat(config.getValue("quarkus.native.monitoring", String.class)).isEqualTo("none");
    assertThat(config.getValue("quarkus.native.additional-build-args", String.class).split(","))
        .contains("-ELANG=C.UTF-8", "-R:+ExitOnOutOfMemoryError")
        .noneMatch(it -> it.contains("heapdump"));
  }

  @Test
  void noRuleAndNoPanelReliesOnWhatTheExecutableDoesNotMeasure() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("deploy"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file))
            .as(file.toString())
            .doesNotContain("jvm_gc_", "jvm_buffer_", "jvm_threads_states", "jvm_memory_max");
      }
    }
  }

  /** The commands in the documents, each on one line. */
  private static Stream<String> commands() throws IOException {
    StringBuilder all = new StringBuilder();
    for (Path directory : List.of(Path.of("."), Path.of("docs"), Path.of("deploy"))) {
      try (Stream<Path> files = Files.list(directory)) {
        for (Path file : files.filter(it -> it.toString().endsWith(".md")).sorted().toList()) {
          CODE.matcher(Files.readString(file))
              .results()
              .forEach(block -> all.append(block.group(1)).append('\n'));
        }
      }
    }
    return Arrays.stream(all.toString().replaceAll("\\\\\n\\s*", " ").split("\n", -1));
  }

  private static Stream<String> unit() {
    return lines("deploy/systemd/agentgate.service").filter(it -> it.startsWith("ExecStart="));
  }

  private static Stream<String> lines(String file) {
    try {
      return Files.readAllLines(Path.of(file)).stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
