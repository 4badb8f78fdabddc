package dev.agentgate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.agentgate.cli.Shell.Result;
import dev.agentgate.cli.console.Console;
import dev.agentgate.cli.manual.Reference;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** The commands as a whole: their help, the documents made of them, and mistakes in using them. */
class CommandLineTest {
  private static final Path DOCUMENT = Path.of("docs/cli.md");
  private static final String GENERATED = "<!-- Generated: see docs/contributing.md. -->\n\n";

  @TempDir Path home;

  private static CommandLine commands() {
    return CommandLineClient.commandLine(Console.ofProcess());
  }

  static Stream<String> names() {
    return commands().getSubcommands().values().stream()
        .map(command -> command.getCommandSpec().name())
        .distinct();
  }

  @ParameterizedTest
  @MethodSource("names")
  void everyCommandHasHelpThatFitsATerminalAndAnExample(String name) {
    Result help = new Shell(home).run(name, "--help");

    assertThat(help.code()).isZero();
    assertThat(help.out()).startsWith("Usage: agentgate " + name);
    assertThat(help.out().lines()).allMatch(line -> line.length() <= 80);
    // One that was wrapped would begin at the margin.
    assertThat(help.out().substring(help.out().indexOf("Examples:") + 9).lines())
        .allMatch(line -> line.isEmpty() || line.startsWith("  "));
    assertThat(new Shell(home).run("help", name).out()).isEqualTo(help.out());
    CommandSpec spec =
        Objects.requireNonNull(commands().getSubcommands().get(name)).getCommandSpec();
    assertThat(spec.usageMessage().footer()).as("examples").contains("Examples:");
    assertThat(spec.options()).allMatch(option -> option.description().length > 0);
  }

  @Test
  void theHelpListsEveryCommand() {
    Result help = new Shell(home).run("--help");

    assertThat(help.code()).isZero();
    assertThat(names()).allSatisfy(name -> assertThat(help.out()).contains("\n  " + name));
    assertThat(new Shell(home).run("help").out()).isEqualTo(help.out());
  }

  @Test
  void theVersionIsTextOrJson() {
    assertThat(new Shell(home).run("version").out()).startsWith("agentgate ");
    assertThat(new Shell(home).run("version", "-o", "json").json().path("native").asBoolean())
        .isFalse();
  }

  @Test
  void aStoreIsCopiedAsTheOptionsSay() {
    List<String> asked = new ArrayList<>();
    Shell shell =
        new Shell(home)
            .migratingBy((dryRun, leaveUnreadable) -> {
              asked.add(dryRun + " " + leaveUnreadable);
              return 75;
            });

    assertThat(shell.run("migrate-store").code()).isEqualTo(75);
    assertThat(shell.run("migrate-store", "--dry-run", "--leave-unreadable").code()).isEqualTo(75);
    assertThat(shell.run("migrate-store", "--help").code()).isZero();
    assertThat(shell.run("migrate-store", "extra").code()).isEqualTo(2);
    assertThat(asked).containsExactly("false false", "true true");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "lst", "list --limit many", "list --status", "get", "submit --empty --max-time soon Fix",
        "list extra", "-o xml list", "serve --port 1", "list --after yesterday", "logs"
      })
  void aMistakeIsReportedInOneSentence(String line) {
    Result result = new Shell(home).run(line.split(" "));

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).startsWith("agentgate: ");
    assertThat(result.err().lines().count()).isBetween(1L, 2L);
  }

  @Test
  void anUnknownOptionIsNamedWithoutItsValue() {
    Result result = new Shell(home).run("list", "--key=sesame");

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err())
        .contains("agentgate list has no option --key")
        .doesNotContain("sesame");
  }

  @Test
  void globalOptionsMayStandBeforeTheCommand() {
    String nowhere = FakeServer.nowhere();

    assertThat(new Shell(home).run("--url", nowhere, "list").err()).contains(nowhere);
    assertThat(new Shell(home).run("list", "--url", nowhere).err()).contains(nowhere);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bash", "zsh", "fish"})
  void completionKnowsEveryCommandAndOption(String shell) {
    Result result = new Shell(home).run("completion", shell);

    assertThat(result.code()).isZero();
    assertThat(result.out()).contains("submit", "max-attempts", "older-than", "request-timeout");
  }

  @Nested
  class CompletionIn {
    @Test
    void bash() throws IOException, InterruptedException {
      assertThat(
              said(
                  "bash",
                  "COMP_WORDS=(agentgate su); COMP_CWORD=1;"
                      + " _complete_agentgate 2>/dev/null; echo ${COMPREPLY[*]}"))
          .isEqualTo("submit");
    }

    @Test
    void zsh() throws IOException, InterruptedException {
      assertThat(said("zsh", "echo ${_comps[agentgate]}"))
          .startsWith("_bash_complete -F _complete_agentgate");
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        value = {
          "su             | submit",
          "-o nd          | ndjson",
          "list --sta     | --status",
          "ls --sta       | --status",
          "completion f   | fish",
          "get t          | ''",
          "submit --prompt-file a | a-prompt",
        })
    void fish(String typed, String offered) throws IOException, InterruptedException {
      Files.writeString(home.resolve("a-prompt"), "");

      assertThat(said("fish", "complete -C 'agentgate " + typed + "' | cut -f 1"))
          .isEqualTo(offered);
    }

    private String said(String shell, String script) throws IOException, InterruptedException {
      assumeThat(Path.of("/usr/bin", shell)).as("the shell is installed").exists();
      Path completion =
          Files.writeString(home.resolve("c"), new Shell(home).run("completion", shell).out());
      Process process =
          new ProcessBuilder(shell, "-c", "source " + completion + "; " + script)
              .directory(home.toFile())
              .redirectErrorStream(true)
              .start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(said).isZero();
      return said.strip();
    }
  }

  @Test
  void theManualPageHasEveryCommandAndNothingThatManMisreads() {
    List<String> lines = new Shell(home).run("manual").out().lines().toList();

    assertThat(lines.getFirst()).startsWith(".TH AGENTGATE 1");
    assertThat(names().filter(name -> !name.equals("help")))
        .allSatisfy(name ->
            assertThat(lines)
                .anyMatch(it -> it.startsWith(".SS agentgate " + name.replace("-", "\\-"))));
    assertThat(lines)
        .filteredOn(line -> line.startsWith(".") || line.startsWith("'"))
        .allMatch(line -> line.matches("\\.(TH|SH|SS|TP|B|I|PP|br|nf|fi)( .*)?"));
  }

  /** Regenerate it with {@code -Dcli.regenerate=true}. */
  @Test
  void theReferenceIsUpToDate() throws IOException {
    String text = Files.readString(DOCUMENT);
    int start = text.indexOf(GENERATED) + GENERATED.length();
    assertThat(start).isGreaterThan(GENERATED.length());
    String wanted = text.substring(0, start) + Reference.markdown(commands());
    if (Boolean.getBoolean("cli.regenerate")) {
      Files.writeString(DOCUMENT, wanted);
    }
    assertThat(Files.readString(DOCUMENT)).isEqualTo(wanted);
  }
}
