package dev.agentgate.workorder;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class RetryPolicyTest {
  private static RunLimits limits(int maxAttempts, Set<FailureReason> retryOn) {
    return new RunLimits(
        Duration.ofHours(1),
        Optional.empty(),
        Optional.empty(),
        maxAttempts,
        retryOn,
        Optional.empty());
  }

  @ParameterizedTest
  @EnumSource
  void withoutAskingOnlyWhatTheAgentDidNotDecideIsRetried(FailureReason reason) {
    Set<FailureReason> never =
        EnumSet.of(
            FailureReason.EXIT_CODE,
            FailureReason.USAGE_LIMIT,
            FailureReason.AGENT_AUTH,
            FailureReason.MAX_ITERATIONS,
            FailureReason.BUDGET_EXCEEDED,
            FailureReason.KILLED,
            FailureReason.QUEUE_EXPIRED);

    assertThat(RetryPolicy.delayAfter(reason, limits(3, Set.of()), 1).isPresent())
        .isEqualTo(!never.contains(reason));
  }

  @ParameterizedTest
  @EnumSource
  void withAskingEverythingButAKillAndAnExpiryIsRetried(FailureReason reason) {
    Set<FailureReason> never = EnumSet.of(FailureReason.KILLED, FailureReason.QUEUE_EXPIRED);
    RunLimits limits = limits(3, EnumSet.allOf(FailureReason.class));

    assertThat(RetryPolicy.delayAfter(reason, limits, 1).isPresent())
        .isEqualTo(!never.contains(reason));
  }

  @Test
  void theLastAttemptIsTheLast() {
    RunLimits limits = limits(3, Set.of());

    assertThat(RetryPolicy.delayAfter(FailureReason.LOST, limits, 2)).isPresent();
    assertThat(RetryPolicy.delayAfter(FailureReason.LOST, limits, 3)).isEmpty();
    assertThat(RetryPolicy.delayAfter(FailureReason.LOST, limits(1, Set.of()), 1)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"0,1", "1,1", "2,2", "3,4", "9,256", "10,300", "40,300", "1000,300"})
  void theDelayDoublesUpToFiveMinutes(int attempts, long seconds) {
    assertThat(RetryPolicy.delayAfter(FailureReason.LOST, limits(5_000, Set.of()), attempts))
        .contains(Duration.ofSeconds(seconds));
  }
}
