package dev.agentgate.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.workorder.AgentChoices;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrderId;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class AgentCommandLineTest {
  private final RunId run = RunId.next(Instant.EPOCH);
  private final WorkOrderId order = WorkOrderId.next(Instant.EPOCH);

  private List<String> fill(String prompt, OptionalInt maxIterations, String... template) {
    AgentTask task =
        new AgentTask(
            order,
            run,
            prompt,
            Path.of("/p/prompt.txt"),
            Path.of("/w"),
            new AgentChoices(maxIterations, Optional.empty(), Optional.empty()),
            Optional.empty());
    return new AgentCommandLine(List.of(template)).fill(task::value);
  }

  @Test
  void everyPlaceholderIsFilledInWithinItsArgument() {
    assertThat(
            fill(
                "fix it",
                OptionalInt.of(7),
                "agent",
                "{prompt}",
                "--file={promptFile}",
                "{workspace}/x",
                "{workOrderId}:{runId}",
                "{maxIterations}"))
        .containsExactly("agent", "fix it", "--file=/p/prompt.txt", "/w/x", order + ":" + run, "7");
  }

  @Test
  void whatWasFilledInIsNotSearchedAgain() {
    assertThat(fill("{workspace} $1 \\ {prompt}", OptionalInt.empty(), "agent", "<{prompt}>"))
        .containsExactly("agent", "<{workspace} $1 \\ {prompt}>");
  }

  @Test
  void promptStaysOneArgumentWhateverItHolds() {
    assertThat(fill("a b\n\"c\" 'd' $(e) ;*", OptionalInt.empty(), "agent", "{prompt}"))
        .containsExactly("agent", "a b\n\"c\" 'd' $(e) ;*");
  }

  @Test
  void otherBracesAreTheAgentsOwn() {
    assertThat(fill("p", OptionalInt.empty(), "agent", "{\"json\":{}}", "{PROMPT}", "{ prompt }"))
        .containsExactly("agent", "{\"json\":{}}", "{PROMPT}", "{ prompt }");
  }

  @Test
  void missingMaxIterationsTakesItsArgumentAndItsOptionAlong() {
    assertThat(
            fill("p", OptionalInt.empty(), "agent", "--max-turns", "{maxIterations}", "{prompt}"))
        .containsExactly("agent", "p");
    assertThat(fill("p", OptionalInt.empty(), "agent", "--max-turns={maxIterations}", "run"))
        .containsExactly("agent", "run");
    assertThat(fill("p", OptionalInt.empty(), "agent", "run", "{maxIterations}"))
        .containsExactly("agent", "run");
  }

  @Test
  void moreOptionsComeBeforeTheEndOfTheOptions() {
    AgentCommandLine line = new AgentCommandLine(List.of("agent", "run", "--", "{prompt}"));

    assertThat(line.with(List.of("--model", "m")).template())
        .containsExactly("agent", "run", "--model", "m", "--", "{prompt}");
    assertThat(new AgentCommandLine(List.of("agent", "-")).with(List.of("-m", "x")).template())
        .containsExactly("agent", "-", "-m", "x");
  }

  @Test
  void aPromptMayBeTakenForAnOptionWhereItBeginsAnArgument() {
    assertThat(takesPromptForOption("x", "run", "{prompt}")).isTrue();
    assertThat(takesPromptForOption("x", "-p", "{prompt}", "--")).isTrue();
    assertThat(takesPromptForOption("x", "--", "{prompt}")).isFalse();
    assertThat(takesPromptForOption("x", "--prompt={prompt}")).isFalse();
    assertThat(takesPromptForOption("x", "{promptFile}")).isFalse();
  }

  private static boolean takesPromptForOption(String... template) {
    return new AgentCommandLine(List.of(template)).mayTakePromptForOption();
  }

  @Test
  void promptGoesToStandardInputUnlessTheCommandNamesIt() {
    assertThat(new AgentCommandLine(List.of("claude", "-p")).readsPromptFromInput()).isTrue();
    assertThat(new AgentCommandLine(List.of("x", "{prompt}")).readsPromptFromInput()).isFalse();
    assertThat(new AgentCommandLine(List.of("x", "-f={promptFile}")).readsPromptFromInput())
        .isFalse();
  }
}
