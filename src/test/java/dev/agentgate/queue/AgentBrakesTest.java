package dev.agentgate.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.agentgate.agent.AgentFailure;
import dev.agentgate.agent.AgentReport;
import dev.agentgate.agent.AgentVerdict;
import dev.agentgate.execution.NotStartedException.Why;
import dev.agentgate.queue.QueueHealth.Alert;
import dev.agentgate.queue.QueueHealth.AlertKind;
import dev.agentgate.queue.QueueHealth.Block;
import dev.agentgate.workorder.AgentPause;
import dev.agentgate.workorder.AgentPause.Reason;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AgentBrakesTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  @TempDir Path directory;

  private final List<QueueFixture> opened = new ArrayList<>();

  @SuppressWarnings("NullAway.Init") // set before each test
  private QueueFixture queue;

  @BeforeEach
  void open() {
    queue = open(new QueueFixture(directory, settings -> settings));
  }

  private QueueFixture open(QueueFixture fixture) {
    opened.add(fixture);
    return fixture.open();
  }

  @AfterEach
  void close() {
    opened.forEach(QueueFixture::close);
  }

  private void fail(RunId run, AgentFailure failure, Optional<Instant> until) {
    queue.executor.say(
        run, AgentReport.EMPTY, new AgentVerdict.Failed(failure, "What the agent said", until));
    queue.executor.exit(run, 1);
  }

  private WorkOrderId failAt(AgentFailure failure, Optional<Instant> until) {
    WorkOrderId id = queue.submit();
    fail(queue.awaitRunning(id), failure, until);
    await().atMost(LONG).until(() -> queue.order(id).status() != WorkOrderStatus.RUNNING);
    return id;
  }

  private AgentPause pause() {
    return queue.queue.brakes().pause("shell").orElseThrow();
  }

  private Duration left() {
    return Duration.between(queue.clock.instant(), pause().until().orElseThrow());
  }

  private void pass(Duration time) {
    queue.clock.advance(time);
    queue.queue.manager().wake();
  }

  @Test
  void anAgentAtItsLimitIsPausedUntilTheTimeThatItNames() {
    Instant until = queue.clock.instant().plus(Duration.ofHours(3));
    WorkOrderId id = failAt(AgentFailure.USAGE_LIMIT, Optional.of(until));

    assertThat(pause().reason()).isEqualTo(Reason.USAGE_LIMIT);
    assertThat(pause().until()).hasValue(until);
    assertThat(pause().message()).isEqualTo("What the agent said");
    QueueHealth health = queue.queue.health().look();
    assertThat(health.blockedBy()).containsExactly(Block.AGENT);
    assertThat(health.alerts())
        .filteredOn(alert -> alert.kind() == AlertKind.AGENT)
        .extracting(Alert::message)
        .singleElement()
        .asString()
        .startsWith("Agent shell is paused until ")
        .endsWith(" (usage_limit): What the agent said");

    pass(Duration.ofHours(3));
    queue.awaitRunning(id);
  }

  @Test
  void theOrdersOfOtherAgentsAreNotHeldBack() {
    WorkOrderId limited = failAt(AgentFailure.USAGE_LIMIT, Optional.empty());
    WorkOrderId other = queue.submitTo("other");

    queue.awaitRunning(other);
    assertThat(queue.order(limited).status()).isEqualTo(WorkOrderStatus.QUEUED);
  }

  @Test
  void aLimitWithoutATimeIsTriedAfterFiveTenAndTwentyMinutesUpToAnHour() {
    WorkOrderId id = failAt(AgentFailure.USAGE_LIMIT, Optional.empty());
    for (int minutes : new int[] {5, 10, 20, 40, 60, 60}) {
      assertThat(left())
          .isBetween(Duration.ofMinutes(minutes).minus(LONG), Duration.ofMinutes(minutes));
      pass(Duration.ofMinutes(minutes));
      RunId run = queue.awaitRunning(id);
      fail(run, AgentFailure.USAGE_LIMIT, Optional.empty());
      queue.awaitStatus(id, WorkOrderStatus.QUEUED);
    }
  }

  @Test
  void afterAPauseOneOrderIsTriedAndTheOthersFollowWhenItGetsThrough() {
    WorkOrderId first = failAt(AgentFailure.USAGE_LIMIT, Optional.empty());
    WorkOrderId second = queue.submit();
    pass(Duration.ofMinutes(6));
    RunId tried = queue.awaitRunning(first);

    assertThat(queue.queue.health().look().blockedBy()).containsExactly(Block.AGENT);
    assertThat(queue.order(second).status()).isEqualTo(WorkOrderStatus.QUEUED);

    queue.executor.exit(tried, 0);
    queue.awaitRunning(second);
    assertThat(queue.store.agentPauses().all()).isEmpty();
  }

  @Test
  void anAgentThatCannotLogInIsPausedUntilItIsResumed() {
    failAt(AgentFailure.AGENT_AUTH, Optional.empty());
    assertThat(pause().reason()).isEqualTo(Reason.AGENT_AUTH);
    assertThat(pause().until()).isEmpty();
    WorkOrderId waiting = queue.submit();
    pass(Duration.ofDays(30));
    assertThat(queue.queue.health().look().blockedBy()).containsExactly(Block.AGENT);

    queue.queue.brakes().resume("shell");

    queue.awaitRunning(waiting);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aRestartResumesAnAgentThatHasAnotherCredential(boolean another) {
    failAt(AgentFailure.AGENT_AUTH, Optional.empty());
    WorkOrderId waiting = queue.submit();
    Map<String, String> environment =
        another
            ? Map.of("PATH", "/usr/bin:/bin", "HTTPS_PROXY", "http://me:secret-0123@proxy")
            : Map.of("PATH", "/usr/bin:/bin");

    queue =
        open(
            new QueueFixture(
                directory,
                settings -> settings,
                queue.store,
                queue.executor.restarted(),
                queue.clock,
                environment));

    if (another) {
      queue.awaitRunning(waiting);
    } else {
      assertThat(pause().reason()).isEqualTo(Reason.AGENT_AUTH);
    }
  }

  @Test
  void anAgentIsPausedWhenItsProviderWasUnavailableThreeTimesInARow() {
    failAt(AgentFailure.AGENT_UNAVAILABLE, Optional.empty());
    failAt(AgentFailure.AGENT_UNAVAILABLE, Optional.empty());
    WorkOrderId fine = queue.submit();
    queue.executor.exit(queue.awaitRunning(fine), 0);
    queue.awaitStatus(fine, WorkOrderStatus.COMPLETED);
    for (int i = 0; i < 3; i++) {
      assertThat(queue.queue.brakes().pause("shell")).isEmpty();
      failAt(AgentFailure.AGENT_UNAVAILABLE, Optional.empty());
    }

    assertThat(pause().reason()).isEqualTo(Reason.AGENT_UNAVAILABLE);
    assertThat(left()).isBetween(Duration.ofSeconds(1), Duration.ofMinutes(1));
  }

  @Test
  void eachVainAttemptDoublesThePauseOfAnAgentThatIsUnavailable() {
    for (int i = 0; i < 3; i++) {
      failAt(AgentFailure.AGENT_UNAVAILABLE, Optional.empty());
    }
    for (int minutes : new int[] {2, 4, 8, 16, 30, 30}) {
      pass(Duration.ofMinutes(minutes));
      failAt(AgentFailure.AGENT_UNAVAILABLE, Optional.empty());
      assertThat(left())
          .isBetween(Duration.ofMinutes(minutes).minus(LONG), Duration.ofMinutes(minutes));
    }
  }

  @Test
  void anAgentWhoseCommandCannotBeStartedIsPaused() {
    queue.executor.refuse(Why.COMMAND, "claude: not found");
    for (int i = 0; i < 3; i++) {
      queue.awaitStatus(queue.submit(), WorkOrderStatus.FAILED);
    }

    assertThat(pause().reason()).isEqualTo(Reason.SPAWN_FAILED);
    assertThat(pause().message()).isEqualTo("claude: not found");
  }

  @Test
  void runsInProgressGoOnWhenTheirAgentIsPaused() {
    WorkOrderId running = queue.submit();
    RunId run = queue.awaitRunning(running);

    queue.queue.brakes().pause("shell", Optional.of(queue.clock.instant().plus(LONG)));
    WorkOrderId waiting = queue.submit();

    assertThat(pause().reason()).isEqualTo(Reason.MANUAL);
    assertThat(queue.executor.lives(run)).isTrue();
    queue.executor.exit(run, 0);
    queue.awaitStatus(running, WorkOrderStatus.COMPLETED);
    assertThat(queue.order(waiting).status()).isEqualTo(WorkOrderStatus.QUEUED);
    assertThat(pause().reason()).isEqualTo(Reason.MANUAL);
    pass(LONG);
    queue.awaitRunning(waiting);
  }

  /** The operator's pause comes through another instance, just after this one has looked. */
  @Test
  void aPauseThatAnOperatorMakesMeanwhileStays() {
    AgentPause manual =
        new AgentPause(
            Reason.MANUAL, "Paused elsewhere", queue.clock.instant(), Optional.empty(), 1, "");
    RunId run = queue.awaitRunning(queue.submit());
    queue.store.beforeNextPause(() -> queue.store.agentPauses().set("shell", Optional.of(manual)));

    fail(run, AgentFailure.USAGE_LIMIT, Optional.empty());
    await().atMost(LONG).until(() -> queue.store.counts().running() == 0);

    assertThat(pause()).isEqualTo(manual);
  }

  @Test
  void aPauseThatAnOperatorMakesDuringTheProbationStays() {
    WorkOrderId tried = failAt(AgentFailure.USAGE_LIMIT, Optional.empty());
    pass(Duration.ofMinutes(6));
    RunId run = queue.awaitRunning(tried);
    AgentPause manual =
        new AgentPause(
            Reason.MANUAL, "Paused elsewhere", queue.clock.instant(), Optional.empty(), 1, "");
    queue.store.beforeNextPause(() -> queue.store.agentPauses().set("shell", Optional.of(manual)));

    queue.executor.exit(run, 0);
    queue.awaitStatus(tried, WorkOrderStatus.COMPLETED);

    assertThat(pause()).isEqualTo(manual);
  }

  @Test
  void aRejectedCredentialDoesNotReplaceThePauseOfAnOperator() {
    RunId run = queue.awaitRunning(queue.submit());
    queue.queue.brakes().pause("shell", Optional.empty());

    fail(run, AgentFailure.AGENT_AUTH, Optional.empty());
    await().atMost(LONG).until(() -> queue.store.counts().running() == 0);

    assertThat(pause().reason()).isEqualTo(Reason.MANUAL);
  }

  @Test
  void anotherRunThatMeetsTheSameLimitDoesNotProlongThePause() {
    RunId one = queue.awaitRunning(queue.submit());
    RunId other = queue.awaitRunning(queue.submit());
    fail(one, AgentFailure.USAGE_LIMIT, Optional.empty());
    await().atMost(LONG).until(() -> queue.queue.brakes().pause("shell").isPresent());
    fail(other, AgentFailure.USAGE_LIMIT, Optional.empty());
    await().atMost(LONG).until(() -> queue.store.counts().running() == 0);

    assertThat(pause().times()).isEqualTo(1);
    assertThat(left()).isLessThanOrEqualTo(Duration.ofMinutes(5));
  }
}
