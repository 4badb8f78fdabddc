package dev.agentgate.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.agent.AgentFailure;
import dev.agentgate.agent.AgentVerdict;
import dev.agentgate.workorder.ExitStatus;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.RunOutcome;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class VerdictTest {
  private static final Instant NOW = Instant.parse("2026-11-26T10:00:00Z");

  private static RunOutcome exited(int code) {
    return RunOutcome.exited(NOW, new ExitStatus(code), false);
  }

  private static AgentVerdict failed(AgentFailure failure) {
    return new AgentVerdict.Failed(failure, "What the agent said", Optional.empty());
  }

  @ParameterizedTest
  @CsvSource({
    "AGENT_AUTH,1,AGENT_AUTH",
    "AGENT_UNAVAILABLE,1,AGENT_UNAVAILABLE",
    "MAX_ITERATIONS,1,MAX_ITERATIONS",
    "BUDGET_EXCEEDED,1,BUDGET_EXCEEDED",
    "OTHER,1,EXIT_CODE",
    "AGENT_AUTH,0,AGENT_AUTH",
    // gemini exits with the HTTP status, of which a byte is left: 144 is 400.
    "OTHER,144,EXIT_CODE",
    "AGENT_AUTH,145,AGENT_AUTH"
  })
  void theAgentExplainsItsFailureInItsOwnWords(
      AgentFailure failure, int code, FailureReason reason) {
    RunOutcome outcome = Verdict.of(failed(failure), exited(code));

    assertThat(outcome)
        .isEqualTo(
            new RunOutcome.Failed(
                NOW, reason, "What the agent said", Optional.of(new ExitStatus(code))));
  }

  @Test
  void anAgentThatExitsWithZeroSucceededUnlessItCouldNotWork() {
    assertThat(Verdict.of(failed(AgentFailure.OTHER), exited(0)))
        .isInstanceOf(RunOutcome.Completed.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 137})
  void noWordOfTheAgentMakesAFailureASuccess(int code) {
    assertThat(Verdict.of(AgentVerdict.SUCCEEDED, exited(code))).isEqualTo(exited(code));
    assertThat(Verdict.of(AgentVerdict.UNKNOWN, exited(code))).isEqualTo(exited(code));
  }

  @ParameterizedTest
  @EnumSource(
      names = {"SIGNAL", "EXIT_CODE"},
      mode = EnumSource.Mode.EXCLUDE)
  void whatTheAgentDidNotCauseIsNotExplainedByIt(FailureReason reason) {
    RunOutcome outcome = RunOutcome.notStarted(NOW, reason, "What happened");

    assertThat(Verdict.of(failed(AgentFailure.AGENT_AUTH), outcome)).isEqualTo(outcome);
  }

  @Test
  void aUsageLimitLastsUntilTheTimeThatTheAgentNames() {
    Instant until = NOW.plus(Duration.ofHours(3));
    AgentVerdict limited =
        new AgentVerdict.Failed(AgentFailure.USAGE_LIMIT, "Resets at 1 pm", Optional.of(until));

    assertThat(Verdict.of(limited, exited(1)))
        .isEqualTo(
            new RunOutcome.Limited(
                NOW, "Resets at 1 pm", Optional.of(until), Optional.of(new ExitStatus(1))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "2026-11-26T09:59:00Z"})
  void aTimeThatHasPassedIsNotTheEndOfALimit(String named) {
    Optional<Instant> until =
        named.isEmpty() ? Optional.empty() : Optional.of(Instant.parse(named));
    RunOutcome outcome =
        Verdict.of(new AgentVerdict.Failed(AgentFailure.USAGE_LIMIT, "Limited", until), exited(1));

    assertThat(outcome)
        .isInstanceOfSatisfying(
            RunOutcome.Limited.class, limited -> assertThat(limited.until()).isEmpty());
  }
}
