package dev.agentgate.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.agentgate.config.ConfigurationFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The promises of {@code Dockerfile.native} that can be checked without building it. */
class DockerfileTest {
  private static final Pattern DIGEST = Pattern.compile("\\S+:\\S+@sha256:[0-9a-f]{64}");
  private static final Pattern SECRET =
      Pattern.compile("(?i)(token|passw|secret|api_?key|credential)\\w*\\s*=|sk-|ghp_|github_pat_");

  /** One instruction, its continuation lines joined, comments left out. */
  private record Instruction(String name, String rest) {}

  private List<Instruction> instructions = List.of();

  @BeforeEach
  void parse() throws IOException {
    List<String> lines =
        Files.readAllLines(Path.of("Dockerfile.native")).stream()
            .filter(line -> !line.stripLeading().startsWith("#"))
            .toList();
    instructions =
        Arrays.stream(String.join("\n", lines).replaceAll("\\\\\n", " ").split("\n", -1))
            .map(String::strip)
            .filter(line -> !line.isEmpty())
            .map(line -> line.split("\\s+", 2))
            .map(parts -> new Instruction(parts[0].toUpperCase(Locale.ROOT), parts[1]))
            .toList();
  }

  @Test
  void theLastStageIsTheServiceAloneAndDependsOnTheExecutable() {
    assertThat(stages()).containsExactly("build", "runtime", "node", "with-agents", "service");
    assertThat(instructions.getLast()).isEqualTo(new Instruction("FROM", "runtime AS service"));
    assertThat(of("runtime", "COPY"))
        .containsExactly(
            "--from=build --chmod=0755 /code/target/*-runner /usr/local/bin/agentgate");
  }

  @Test
  void imagesOfTheResultArePinnedByDigestAndTheBuilderIsTheConfiguredOne() {
    Map<String, String> arguments =
        beforeTheFirstStage().stream()
            .filter(instruction -> instruction.name().equals("ARG"))
            .map(instruction -> instruction.rest().split("=", 2))
            .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));

    assertThat(arguments).containsOnlyKeys("BUILDER", "BASE", "NODE");
    assertThat(arguments.get("BASE")).matches(DIGEST);
    assertThat(arguments.get("NODE")).matches(DIGEST);
    assertThat(arguments.get("BUILDER"))
        .isEqualTo(
            ConfigurationFixture.configOf(Map.of())
                .getValue("quarkus.native.builder-image", String.class));
    assertThat(of("FROM"))
        .containsExactly(
            "${BUILDER} AS build",
            "${BASE} AS runtime",
            "${NODE} AS node",
            "runtime AS with-agents",
            "runtime AS service");
  }

  @Test
  void everyStageThatRunsEndsAsAUserThatIsNotRoot() {
    for (String stage : List.of("runtime", "with-agents")) {
      assertThat(of(stage, "USER")).last().isEqualTo("10001:10001");
    }
    assertThat(of("service", "USER")).isEmpty();
  }

  @Test
  void process1ReapsAndPassesSignalsAndNoShellIsInBetween() throws IOException {
    String[] entryPoint =
        new ObjectMapper().readValue(of("runtime", "ENTRYPOINT").getFirst(), String[].class);
    String[] arguments =
        new ObjectMapper().readValue(of("runtime", "CMD").getFirst(), String[].class);

    assertThat(entryPoint).containsExactly("/usr/bin/tini", "-s", "--", "/usr/local/bin/agentgate");
    assertThat(arguments).containsExactly("-Xmx512m", "-XX:+ExitOnOutOfMemoryError");
    assertThat(of("ENTRYPOINT")).hasSize(1);
  }

  @Test
  void whatARunNeedsIsInstalledAndLookedFor() {
    assertThat(of("runtime", "RUN").getFirst())
        .contains("--no-install-recommends ca-certificates git openssh-client tini")
        .contains("for tool in git sh setsid fallocate ssh tini;")
        .contains("rm -rf /var/lib/apt/lists/*");
  }

  @Test
  void dataIsOnTheVolumeAndBothPortsAreOpen() {
    assertThat(of("runtime", "VOLUME")).containsExactly("/data");
    assertThat(of("runtime", "EXPOSE")).containsExactly("3001 9000");
    assertThat(of("runtime", "ENV").getFirst().split("\\s+"))
        .containsExactlyInAnyOrder(
            "AGENTGATE_DATA_DIR=/data",
            "HOME=/data",
            "LANG=C.UTF-8",
            "QUARKUS_HTTP_HOST=0.0.0.0",
            "QUARKUS_MANAGEMENT_HOST=0.0.0.0");
  }

  @Test
  void noSecretIsInTheFileAndNothingIsFetchedFromAnAddress() {
    assertThat(instructions)
        .noneMatch(instruction -> SECRET.matcher(instruction.rest()).find())
        .noneMatch(instruction -> instruction.name().equals("ADD"))
        .noneMatch(instruction -> instruction.rest().contains("http://"));
  }

  @Test
  void onlyWhatIsCopiedGoesToTheBuilder() throws IOException {
    List<String> sent =
        Files.readAllLines(Path.of(".dockerignore")).stream()
            .filter(line -> !line.startsWith("#"))
            .toList();
    List<String> copied =
        of("build", "COPY").stream()
            .map(copy -> copy.replaceAll("--\\S+ ", "").split(" "))
            .flatMap(words -> Arrays.stream(words, 0, words.length - 1))
            .toList();

    assertThat(sent).startsWith("*");
    assertThat(sent.subList(1, sent.size()))
        .containsExactlyInAnyOrderElementsOf(copied.stream().map(path -> "!" + path).toList());
    assertThat(copied).allSatisfy(path -> assertThat(Path.of(path)).exists());
  }

  private List<Instruction> beforeTheFirstStage() {
    return instructions.stream()
        .takeWhile(instruction -> !instruction.name().equals("FROM"))
        .toList();
  }

  private List<String> stages() {
    return of("FROM").stream().map(from -> from.replaceFirst(".* AS ", "")).toList();
  }

  private List<String> of(String name) {
    return instructions.stream()
        .filter(instruction -> instruction.name().equals(name))
        .map(Instruction::rest)
        .toList();
  }

  private List<String> of(String stage, String name) {
    List<String> found = new ArrayList<>();
    boolean inside = false;
    for (Instruction instruction : instructions) {
      if (instruction.name().equals("FROM")) {
        inside = instruction.rest().endsWith(" AS " + stage);
      } else if (inside && instruction.name().equals(name)) {
        found.add(instruction.rest());
      }
    }
    return found;
  }
}
