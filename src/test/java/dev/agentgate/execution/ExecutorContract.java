package dev.agentgate.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.agentgate.execution.NotStartedException.Why;
import dev.agentgate.workorder.AgentChoices;
import dev.agentgate.workorder.ExitStatus;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunLimits;
import dev.agentgate.workorder.RunOutcome;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrders;
import dev.agentgate.workorder.WorkspaceSource;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every executor promises. Its agents do what the test tells them. */
public abstract class ExecutorContract {
  private static final Duration MOMENT = Duration.ofMillis(50);
  private static final Duration SILENT = Duration.ofMillis(500);
  private static final Duration LONG = Duration.ofSeconds(30);

  /** The type of the agents. */
  protected static final String AGENT = "agent";

  /** What a living agent does next. */
  protected sealed interface Act {
    /** It writes something. */
    record Write() implements Act {}

    /** It exits. */
    record Exit(int code) implements Act {}

    /** A signal ends it. */
    record End(int signal) implements Act {}
  }

  /** Whether nothing goes wrong before an agent starts, and what does else. */
  protected enum Trouble {
    CHECKOUT_BLOCKS,
    CHECKOUT_FAILS,
    COMMAND_FAILS
  }

  protected abstract Executor executor();

  /** The executor of the next process of the service: the first is gone without a word. */
  protected abstract Executor restarted();

  /** A run that was claimed, so that its record is written. */
  protected abstract RunId newRun();

  /** From now on. */
  protected abstract void make(Trouble trouble);

  protected abstract void tell(RunId run, Act act);

  /** Kills all of a run so that nothing tells how it ended. */
  protected abstract void vanish(RunId run);

  private static Assignment assignment(RunId run) {
    return new Assignment(order(run), run, Optional.empty(), () -> true, () -> {});
  }

  protected static WorkOrder order(RunId run) {
    Instant now = Instant.now();
    return WorkOrder.submitted(
            WorkOrderId.next(now),
            WorkOrders.spec(
                "do as you are told",
                AGENT,
                new WorkspaceSource.Empty(),
                new RunLimits(
                    LONG, Optional.empty(), Optional.empty(), 1, Set.of(), Optional.empty()),
                AgentChoices.NONE,
                0,
                Map.of()),
            Optional.empty(),
            now)
        .start(run, now, WorkOrders.LEASE);
  }

  protected final Execution start(RunId run) throws NotStartedException {
    return executor().start(assignment(run));
  }

  protected static Run recordOf(RunId run, Execution execution) {
    return unbegun(run).running(execution.handle().pid());
  }

  private static Run unbegun(RunId run) {
    return Run.preparing(run, WorkOrderId.next(Instant.now()), 1, Instant.now());
  }

  protected static void assertNotStarted(Why why, ThrowingCallable start) {
    assertThatThrownBy(start)
        .isInstanceOfSatisfying(
            NotStartedException.class, failure -> assertThat(failure.why()).isEqualTo(why));
  }

  protected static void assertExited(Execution execution, int code) throws InterruptedException {
    Optional<RunOutcome> outcome = execution.awaitEnd(LONG);
    assertThat(outcome.flatMap(RunOutcome::exit)).hasValue(new ExitStatus(code));
  }

  @Test
  void anAgentThatExitsWithZeroSucceeded() throws Exception {
    RunId run = newRun();
    Execution execution = start(run);

    tell(run, new Act.Exit(0));

    assertThat(execution.awaitEnd(LONG).orElseThrow()).isInstanceOf(RunOutcome.Completed.class);
    assertExited(execution, 0);
  }

  @Test
  void anAgentThatExitsWithACodeFailedWithIt() throws Exception {
    RunId run = newRun();
    Execution execution = start(run);

    tell(run, new Act.Exit(3));

    assertThat(execution.awaitEnd(LONG).flatMap(RunOutcome::failureReason))
        .hasValue(FailureReason.EXIT_CODE);
    assertExited(execution, 3);
  }

  @Test
  void anAgentThatASignalEndedFailedWithIt() throws Exception {
    RunId run = newRun();
    Execution execution = start(run);

    tell(run, new Act.End(15));

    assertThat(execution.awaitEnd(LONG).flatMap(RunOutcome::failureReason))
        .hasValue(FailureReason.SIGNAL);
    assertExited(execution, 143);
  }

  @Test
  void anAgentThatLivesGrowsOlderAndIsSilentUntilItWrites() throws Exception {
    RunId run = newRun();
    Execution execution = start(run);
    Duration age = execution.age();

    assertThat(execution.awaitEnd(MOMENT)).isEmpty();
    assertThat(execution.age()).isGreaterThan(age);
    awaitAnswer(run, execution);
  }

  /** Waits until the agent does what it is told. A start may return before the agent lives. */
  private void awaitAnswer(RunId run, Execution execution) {
    await().until(() -> execution.silence().compareTo(SILENT) > 0);
    await()
        .pollInterval(Duration.ofMillis(10))
        .until(() -> {
          tell(run, new Act.Write());
          return execution.silence().compareTo(SILENT) < 0;
        });
  }

  @Test
  void aWorkspaceThatCannotBePreparedIsTheReason() {
    make(Trouble.CHECKOUT_FAILS);
    RunId run = newRun();
    assertNotStarted(Why.WORKSPACE, () -> start(run));
    assertThat(executor().findRuns()).doesNotContain(run);
  }

  @Test
  void aCommandThatCannotBeStartedIsTheReason() {
    make(Trouble.COMMAND_FAILS);
    RunId run = newRun();
    assertNotStarted(Why.COMMAND, () -> start(run));
    assertThat(executor().findRuns()).doesNotContain(run);
  }

  @Test
  void theEndOfThePreparationIsToldWhetherItWorkedOrNot() throws Exception {
    CountDownLatch twice = new CountDownLatch(2);
    RunId run = newRun();
    executor()
        .start(new Assignment(order(run), run, Optional.empty(), () -> true, twice::countDown));
    make(Trouble.CHECKOUT_FAILS);
    RunId other = newRun();

    assertNotStarted(
        Why.WORKSPACE,
        () ->
            executor()
                .start(
                    new Assignment(
                        order(other), other, Optional.empty(), () -> true, twice::countDown)));

    assertThat(twice.getCount()).isZero();
  }

  @Test
  void whatIsNotWantedAnyMoreIsNotStarted() {
    RunId run = newRun();
    assertNotStarted(
        Why.ABANDONED,
        () ->
            executor()
                .start(new Assignment(order(run), run, Optional.empty(), () -> false, () -> {})));
    assertThat(executor().findRuns()).doesNotContain(run);
  }

  /** What cuts a start short that waits for its checkout. */
  private enum Cut {
    STOP,
    INTERRUPT
  }

  @Test
  void aStopDuringTheCheckoutStartsNoAgent() throws Exception {
    assertCutShort(Cut.STOP);
  }

  @Test
  void anInterruptDuringTheCheckoutStartsNoAgent() throws Exception {
    assertCutShort(Cut.INTERRUPT);
  }

  private void assertCutShort(Cut cut) throws Exception {
    make(Trouble.CHECKOUT_BLOCKS);
    RunId run = newRun();
    CountDownLatch asked = new CountDownLatch(1);
    AtomicReference<@Nullable Why> why = new AtomicReference<>();
    Thread starter =
        Thread.ofVirtual()
            .start(() -> {
              try {
                Execution _ =
                    executor()
                        .start(
                            new Assignment(
                                order(run),
                                run,
                                Optional.empty(),
                                () -> {
                                  asked.countDown();
                                  return true;
                                },
                                () -> {}));
              } catch (NotStartedException e) {
                why.set(e.why());
              }
            });
    asked.await();

    switch (cut) {
      case STOP -> assertThat(executor().stop(run, Duration.ZERO).survivors()).isZero();
      case INTERRUPT -> starter.interrupt();
    }

    starter.join();
    assertThat(why.get()).isEqualTo(Why.ABANDONED);
    assertThat(executor().findRuns()).doesNotContain(run);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 30})
  void aStopProvesThatTheAgentIsDead(int graceSeconds) throws Exception {
    RunId run = newRun();
    Execution execution = start(run);
    assertThat(executor().findRuns()).contains(run);

    StopReport report = executor().stop(run, Duration.ofSeconds(graceSeconds));

    assertThat(report.killed()).isTrue();
    assertThat(report.alive()).isEmpty();
    assertThat(executor().findRuns()).doesNotContain(run);
    assertExited(execution, graceSeconds == 0 ? 137 : 143);
    assertThat(executor().stop(run, Duration.ZERO).killed()).isFalse();
  }

  @Test
  void severalStopsOfOneRunAreAllProofs() throws Exception {
    RunId run = newRun();
    Execution execution = start(run);

    CompletableFuture<StopReport> cancel =
        CompletableFuture.supplyAsync(() -> executor().stop(run, LONG));
    StopReport kill = executor().stop(run, Duration.ZERO);

    assertThat(kill.survivors()).isZero();
    assertThat(cancel.join().survivors()).isZero();
    assertThat(execution.awaitEnd(LONG)).isPresent();
  }

  @Test
  void aStopOfARunThatIsNotKnownFindsNothing() {
    assertThat(executor().stop(newRun(), Duration.ZERO).killed()).isFalse();
  }

  @Test
  void anAgentThatLivesIsAdoptedAndHandsOnItsExitCode() throws Exception {
    RunId run = newRun();
    Execution before = start(run);
    Duration age = before.age();

    Executor next = restarted();
    Execution adopted =
        next.adopt(order(run), recordOf(run, before), Optional.empty()).orElseThrow();

    assertThat(next.findRuns()).contains(run);
    assertThat(adopted.handle()).isEqualTo(before.handle());
    assertThat(adopted.age()).isGreaterThanOrEqualTo(age.minus(MOMENT));
    assertThat(adopted.awaitEnd(MOMENT)).isEmpty();
    tell(run, new Act.Exit(7));
    assertExited(adopted, 7);
  }

  @Test
  void anAdoptedAgentIsStopped() throws Exception {
    RunId run = newRun();
    Execution before = start(run);
    awaitAnswer(run, before);
    Executor next = restarted();
    Execution adopted =
        next.adopt(order(run), recordOf(run, before), Optional.empty()).orElseThrow();

    assertThat(next.stop(run, LONG).killed()).isTrue();

    assertThat(next.findRuns()).doesNotContain(run);
    assertExited(adopted, 143);
  }

  @Test
  void anAgentThatEndedMeanwhileIsAdoptedWithItsExitCode() throws Exception {
    RunId run = newRun();
    Execution before = start(run);
    tell(run, new Act.Exit(5));
    assertExited(before, 5);

    assertExited(
        restarted().adopt(order(run), recordOf(run, before), Optional.empty()).orElseThrow(), 5);
  }

  @Test
  void aRunThatVanishedIsNotAdopted() throws Exception {
    RunId run = newRun();
    Execution before = start(run);
    vanish(run);
    assertThat(before.awaitEnd(LONG)).isPresent();

    assertThat(restarted().adopt(order(run), recordOf(run, before), Optional.empty())).isEmpty();
  }

  @Test
  void aRunThatWasNeverStartedIsToldFromOneThatVanished() {
    make(Trouble.CHECKOUT_FAILS);
    RunId run = newRun();
    assertNotStarted(Why.WORKSPACE, () -> start(run));

    assertNotStarted(
        Why.ABANDONED, () -> restarted().adopt(order(run), unbegun(run), Optional.empty()));
  }

  @Test
  void aRunThatIsOverIsReleasedAndDiscardedAsOftenAsOneLikes() throws Exception {
    RunId run = newRun();
    Execution execution = start(run);
    tell(run, new Act.Exit(0));
    assertExited(execution, 0);
    assertThat(executor().stop(run, Duration.ZERO).survivors()).isZero();

    for (int time = 0; time < 2; time++) {
      executor().release(run);
      assertThat(executor().discard(run)).isTrue();
    }
  }
}
