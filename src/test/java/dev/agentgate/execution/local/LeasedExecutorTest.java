package dev.agentgate.execution.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.agentgate.execution.Execution;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunOutcome;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Everything that an executor promises, for runs that have a dead man's switch. */
final class LeasedExecutorTest extends LocalExecutorTest {
  private static final Duration LONG = Duration.ofMinutes(2);

  @Override
  Optional<LeaseFile> lease() {
    LeaseFile lease = new LeaseFile(temporary.resolve("lease"));
    lease.setDeadline(lease.uptime().plus(Duration.ofHours(1)));
    return Optional.of(lease);
  }

  private void endLease() {
    LeaseFile lease = new LeaseFile(temporary.resolve("lease"));
    lease.setDeadline(lease.uptime());
  }

  @Test
  void aRunThatTheSwitchEndedIsLost() throws Exception {
    RunId run = newRun();
    Execution execution = start(run);
    await().atMost(LONG).until(() -> Files.exists(directories.of(run).processFile()));
    endLease();

    RunOutcome outcome = execution.awaitEnd(LONG).orElseThrow();

    assertThat(outcome.failureReason()).hasValue(FailureReason.LOST);
    RunOutcome adopted =
        restarted()
            .adopt(order(run), recordOf(run, execution), Optional.empty())
            .orElseThrow()
            .awaitEnd(LONG)
            .orElseThrow();
    assertThat(adopted.failureReason()).hasValue(FailureReason.LOST);
    assertThat(adopted).asString().contains("did not renew its lease in time");
    assertThat(executor().stop(run, Duration.ZERO).survivors()).isZero();
  }

  @Test
  void aRunWhoseAgentCameTooLateToStartWaitsAgain() throws Exception {
    RunId run = newRun();
    endLease();

    assertThat(start(run).awaitEnd(LONG)).containsInstanceOf(RunOutcome.Interrupted.class);
    assertThat(RunFixture.withEnvironmentOf(run)).isEmpty();
  }
}
