package dev.agentgate.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.agentgate.agent.AgentFailure;
import dev.agentgate.agent.AgentReport;
import dev.agentgate.agent.AgentSession;
import dev.agentgate.agent.AgentVerdict;
import dev.agentgate.execution.CollectedWork;
import dev.agentgate.workorder.AgentChoices;
import dev.agentgate.workorder.AgentGateException;
import dev.agentgate.workorder.ChangeSummary;
import dev.agentgate.workorder.Continuation;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunResults;
import dev.agentgate.workorder.RunState;
import dev.agentgate.workorder.Usage;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderState;
import dev.agentgate.workorder.WorkOrderStatus;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of an agent's words and changes. */
class RunResultsTest {
  private static final ChangeSummary CHANGES = new ChangeSummary(2, 14, 3, OptionalLong.of(1892));

  @TempDir Path directory;

  @SuppressWarnings("NullAway.Init") // set before each test
  private QueueFixture queue;

  @BeforeEach
  void open() {
    queue = new QueueFixture(directory, settings -> settings).open();
  }

  @AfterEach
  void close() {
    queue.close();
  }

  private static AgentReport report(String result, String cost) {
    return new AgentReport(
        Optional.of("s-1"),
        Optional.of("opus"),
        Optional.of(result),
        Usage.ofTokens(100, 50, 10).withCost(Optional.of(new BigDecimal(cost))));
  }

  private void fail(RunId run, AgentFailure failure, Optional<Instant> until) {
    queue.executor.say(
        run,
        report("Sorry", "0.5"),
        new AgentVerdict.Failed(failure, "What the agent said", until));
    queue.executor.exit(run, 1);
  }

  @Test
  void whatTheAgentSaidAndChangedIsKeptWithTheRunAndShownWithTheOrder() {
    WorkOrderId id = queue.submit();
    RunId run = queue.awaitRunning(id);
    queue.executor.say(run, report("Done", "0.057"), AgentVerdict.SUCCEEDED);
    queue.executor.leave(run, new CollectedWork("base", Optional.of("head"), Optional.of(CHANGES)));

    queue.executor.exit(run, 0);
    queue.awaitStatus(id, WorkOrderStatus.COMPLETED);

    RunResults results = queue.service().run(run).run().results();
    assertThat(results)
        .isEqualTo(
            new RunResults(
                Optional.of("base"),
                Optional.of("head"),
                Optional.of("s-1"),
                Optional.of("opus"),
                Optional.of("Done"),
                report("Done", "0.057").usage(),
                Optional.of(CHANGES),
                Optional.empty(),
                Optional.empty()));
    assertThat(queue.service().get(id).results()).isEqualTo(results);
  }

  @Test
  void whatTheAgentUsesIsShownWhileItWorks() {
    WorkOrderId id = queue.submit();
    RunId run = queue.awaitRunning(id);
    queue.executor.say(run, report("Thinking", "0.01"), AgentVerdict.UNKNOWN);

    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(() ->
            assertThat(queue.service().get(id).results().usage().costUsd())
                .hasValue(new BigDecimal("0.01")));
    assertThat(queue.order(id).status()).isEqualTo(WorkOrderStatus.RUNNING);
  }

  @Test
  void anOrderSumsWhatAllItsRunsUsedAndShowsTheResultOfTheLast() {
    WorkOrderId id = queue.submit();
    for (String result : new String[] {"first", "second"}) {
      RunId run = queue.awaitRunning(id);
      queue.executor.say(run, report(result, "0.25"), AgentVerdict.SUCCEEDED);
      queue.executor.exit(run, 0);
      queue.awaitStatus(id, WorkOrderStatus.COMPLETED);
      if (result.equals("first")) {
        assertThat(queue.service().requestRun(id)).isEmpty();
      }
    }

    RunResults results = queue.service().get(id).results();
    assertThat(results.result()).hasValue("second");
    assertThat(results.usage().costUsd()).hasValue(new BigDecimal("0.5"));
    assertThat(results.usage().inputTokens()).hasValue(200);
  }

  @Test
  void anOrderAtAUsageLimitGoesBackToTheQueueAndItsAttemptDoesNotCount() {
    WorkOrderId id = queue.submit();
    RunId run = queue.awaitRunning(id);

    fail(run, AgentFailure.USAGE_LIMIT, Optional.empty());
    queue.awaitStatus(id, WorkOrderStatus.QUEUED);

    assertThat(queue.order(id).attempts()).isZero();
    assertThat(queue.service().run(run).run().state())
        .isInstanceOfSatisfying(
            RunState.Ended.class,
            ended -> {
              assertThat(ended.outcome().failureReason()).hasValue(FailureReason.USAGE_LIMIT);
              assertThat(ended.outcome().message()).hasValue("What the agent said");
            });
  }

  @Test
  void anAgentThatCannotLogInFailsTheOrderInItsOwnWords() {
    WorkOrderId id = queue.submit(request -> request.maxAttempts(3));
    fail(queue.awaitRunning(id), AgentFailure.AGENT_AUTH, Optional.empty());
    queue.awaitStatus(id, WorkOrderStatus.FAILED);

    assertThat(queue.order(id).state())
        .isInstanceOfSatisfying(
            WorkOrderState.Failed.class,
            failed -> {
              assertThat(failed.reason()).isEqualTo(FailureReason.AGENT_AUTH);
              assertThat(failed.error()).isEqualTo("What the agent said");
            });
  }

  @Test
  void anAgentWhoseProviderIsOverloadedIsTriedAgain() {
    WorkOrderId id = queue.submit(request -> request.maxAttempts(2));
    RunId run = queue.awaitRunning(id);
    queue.clock.stop();
    fail(run, AgentFailure.AGENT_UNAVAILABLE, Optional.empty());
    queue.awaitStatus(id, WorkOrderStatus.QUEUED);

    assertThat(queue.order(id).attempts()).isEqualTo(1);
    assertThat(queue.service().get(id).notBefore()).isPresent();
  }

  @Test
  void changesThatCannotBeCollectedDoNotAlterHowTheRunEnded() {
    WorkOrderId id = queue.submit();
    RunId run = queue.awaitRunning(id);
    queue.executor.failToCollect(run);

    queue.executor.exit(run, 0);
    queue.awaitStatus(id, WorkOrderStatus.COMPLETED);

    assertThat(queue.service().run(run).run().results().changes()).isEmpty();
  }

  @Test
  void aCancelledRunLeavesItsChanges() {
    WorkOrderId id = queue.submit();
    RunId run = queue.awaitRunning(id);
    queue.executor.leave(run, new CollectedWork("base", Optional.empty(), Optional.of(CHANGES)));

    assertThat(queue.service().cancel(id).killed()).isTrue();

    assertThat(queue.order(id).status()).isEqualTo(WorkOrderStatus.CANCELLED);
    assertThat(queue.service().run(run).run().results().changes()).hasValue(CHANGES);
  }

  @Test
  void aFollowUpContinuesInTheWorkspaceAndTheSessionOfTheLastRun() {
    WorkOrderId id = queue.submit();
    RunId first = queue.awaitRunning(id);
    queue.executor.say(first, report("first", "0.25"), AgentVerdict.SUCCEEDED);
    queue.executor.exit(first, 0);
    queue.awaitStatus(id, WorkOrderStatus.COMPLETED);

    queue.service().followUp(id, "and the tests");
    RunId second = queue.awaitRunning(id);

    assertThat(queue.executor.workspaceOf(second)).isEqualTo(first);
    assertThat(queue.executor.sessionOf(second))
        .hasValue(new AgentSession("s-1", report("first", "0.25").usage()));
    assertThat(queue.order(id).continuation())
        .hasValue(new Continuation(first, Optional.of("and the tests")));
  }

  @Test
  void anOrderThatRunsOrWhoseWorkspaceIsGoneTakesNoFollowUp() {
    WorkOrderId id = queue.submit();
    RunId run = queue.awaitRunning(id);
    assertThatThrownBy(() -> queue.service().followUp(id, "more"))
        .hasMessageContaining("is not finished (status: running)");
    queue.executor.exit(run, 0);
    queue.awaitStatus(id, WorkOrderStatus.COMPLETED);
    queue.executor.discard(run);

    assertThatThrownBy(() -> queue.service().followUp(id, "more"))
        .isInstanceOfSatisfying(
            AgentGateException.class,
            refused -> assertThat(refused.kind()).isEqualTo(AgentGateException.Kind.CONFLICT))
        .hasMessageContaining("the workspace of its last run is gone");
    assertThat(queue.order(id).status()).isEqualTo(WorkOrderStatus.COMPLETED);
  }

  @Test
  void aRunThatCostsMoreThanItsOrderAllowsIsStopped() {
    AgentChoices choices =
        new AgentChoices(
            OptionalInt.empty(), Optional.empty(), Optional.of(new BigDecimal("0.50")));
    WorkOrderId id =
        queue
            .service()
            .submit(new QueueFixture.Request().choices(choices).toOrder("claude"))
            .order()
            .order()
            .id();
    RunId run = queue.awaitRunning(id);
    queue.executor.say(run, report("Thinking", "0.51"), AgentVerdict.UNKNOWN);
    queue.awaitStatus(id, WorkOrderStatus.FAILED);

    assertThat(queue.order(id).state())
        .isInstanceOfSatisfying(
            WorkOrderState.Failed.class,
            failed -> {
              assertThat(failed.reason()).isEqualTo(FailureReason.BUDGET_EXCEEDED);
              assertThat(failed.error())
                  .isEqualTo("The run cost more than the allowed 0.50 US dollars");
            });
    assertThat(queue.executor.lives(run)).isFalse();
  }
}
