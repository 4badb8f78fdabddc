package dev.agentgate.workorder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.agentgate.workorder.WorkOrderState.Attempt;
import dev.agentgate.workorder.WorkOrderState.Cancelled;
import dev.agentgate.workorder.WorkOrderState.Completed;
import dev.agentgate.workorder.WorkOrderState.Failed;
import dev.agentgate.workorder.WorkOrderState.Queued;
import dev.agentgate.workorder.WorkOrderState.Running;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class WorkOrderTest {
  private static final Instant SUBMITTED = WorkOrders.NOW;
  private static final Instant LATER = SUBMITTED.plusSeconds(60);
  private static final Instant END = SUBMITTED.plusSeconds(120);
  private static final RunId RUN = WorkOrders.run();
  private static final Attempt ATTEMPT = new Attempt(RUN, LATER, LATER.plus(Duration.ofHours(1)));

  private static WorkOrder in(WorkOrderStatus status) {
    WorkOrder queued = WorkOrders.queued();
    WorkOrder running = queued.start(RUN, LATER, WorkOrders.LEASE);
    return switch (status) {
      case QUEUED -> queued;
      case RUNNING -> running;
      case COMPLETED -> running.complete(END);
      case FAILED -> running.fail(FailureReason.TIMEOUT, "late", Optional.empty(), END);
      case CANCELLED -> running.cancel(END);
    };
  }

  private static void expectOnlyFrom(
      Set<WorkOrderStatus> allowed, WorkOrderStatus status, UnaryOperator<WorkOrder> transition) {
    WorkOrder order = in(status);
    if (allowed.contains(status)) {
      assertThat(transition.apply(order).revision()).isEqualTo(order.revision() + 1);
    } else {
      assertThatThrownBy(() -> transition.apply(order))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining(status.wireName());
    }
  }

  @ParameterizedTest
  @EnumSource
  void onlyAWaitingOrderStartsOrIsExpedited(WorkOrderStatus status) {
    Set<WorkOrderStatus> waiting = EnumSet.of(WorkOrderStatus.QUEUED);
    expectOnlyFrom(waiting, status, order -> order.start(WorkOrders.run(), END, WorkOrders.LEASE));
    expectOnlyFrom(waiting, status, order -> order.expedite(END));
  }

  @ParameterizedTest
  @EnumSource
  void onlyARunningOrderCompletesOrGoesBackToTheQueue(WorkOrderStatus status) {
    Set<WorkOrderStatus> running = EnumSet.of(WorkOrderStatus.RUNNING);
    expectOnlyFrom(running, status, order -> order.complete(END));
    expectOnlyFrom(running, status, order -> order.retry(END, END, false));
    expectOnlyFrom(running, status, order -> order.interrupt(END, false));
    expectOnlyFrom(running, status, order -> order.release(END));
    expectOnlyFrom(running, status, order -> order.takeOver(WorkOrders.LEASE, END));
  }

  @ParameterizedTest
  @EnumSource
  void onlyAnOpenOrderFailsOrIsCancelled(WorkOrderStatus status) {
    Set<WorkOrderStatus> open = EnumSet.of(WorkOrderStatus.QUEUED, WorkOrderStatus.RUNNING);
    expectOnlyFrom(open, status, order -> order.cancel(END));
    expectOnlyFrom(
        open,
        status,
        order -> order.fail(FailureReason.QUEUE_EXPIRED, "late", Optional.empty(), END));
  }

  @ParameterizedTest
  @EnumSource
  void onlyAFinishedOrderIsRequeued(WorkOrderStatus status) {
    expectOnlyFrom(
        EnumSet.of(WorkOrderStatus.COMPLETED, WorkOrderStatus.FAILED, WorkOrderStatus.CANCELLED),
        status,
        order -> order.requeue(END));
  }

  @Test
  void aNewOrderWaitsWithoutAnAttempt() {
    WorkOrder order = WorkOrders.queued();

    assertThat(order.revision()).isEqualTo(1);
    assertThat(order.state()).isEqualTo(new Queued(Optional.empty(), false, Optional.empty()));
    assertThat(order.attempts()).isZero();
    assertThat(order.currentRun()).isEmpty();
    assertThat(List.of(order.createdAt(), order.updatedAt(), order.queuedAt()))
        .containsOnly(SUBMITTED);
  }

  @Test
  void aStartCountsAnAttemptAndKnowsItsDeadline() {
    WorkOrder order = in(WorkOrderStatus.RUNNING);

    assertThat(order.state()).isEqualTo(new Running(ATTEMPT, WorkOrders.LEASE));
    assertThat(order.attempts()).isEqualTo(1);
    assertThat(order.runs()).containsExactly(RUN);
    assertThat(order.currentRun()).contains(RUN);
    assertThat(order.updatedAt()).isEqualTo(LATER);
    assertThat(order.queuedAt()).isEqualTo(SUBMITTED);
  }

  @Test
  void everyEndRemembersItsAttempt() {
    Optional<ExitStatus> exit = Optional.of(new ExitStatus(3));
    WorkOrder running = in(WorkOrderStatus.RUNNING);

    assertThat(running.complete(END).state()).isEqualTo(new Completed(ATTEMPT, END));
    assertThat(running.cancel(END).state()).isEqualTo(new Cancelled(Optional.of(ATTEMPT), END));
    assertThat(running.fail(FailureReason.EXIT_CODE, "Exit code 3", exit, END).state())
        .isEqualTo(
            new Failed(Optional.of(ATTEMPT), END, FailureReason.EXIT_CODE, "Exit code 3", exit));
    assertThat(running.cancel(END).currentRun()).contains(RUN);
  }

  @Test
  void anOrderCancelledWhileItWaitedHasNoAttempt() {
    assertThat(WorkOrders.queued().cancel(END).state())
        .isEqualTo(new Cancelled(Optional.empty(), END));
  }

  @Test
  void aRetryCountsTheAttemptAndQueuesAnew() {
    Instant notBefore = END.plusSeconds(1);
    WorkOrder order = in(WorkOrderStatus.RUNNING).retry(notBefore, END, false);

    assertThat(order.state()).isEqualTo(new Queued(Optional.of(notBefore), true, Optional.empty()));
    assertThat(order.attempts()).isEqualTo(1);
    assertThat(order.queuedAt()).isEqualTo(END);
    assertThat(order.currentRun()).isEmpty();
    assertThat(order.runs()).containsExactly(RUN);
  }

  @Test
  void anInterruptedAttemptDoesNotCountAndTheOrderKeepsItsPlace() {
    WorkOrder order = in(WorkOrderStatus.RUNNING).interrupt(END, false);

    assertThat(order.state()).isEqualTo(new Queued(Optional.empty(), true, Optional.empty()));
    assertThat(order.attempts()).isZero();
    assertThat(order.queuedAt()).isEqualTo(SUBMITTED);
    assertThat(order.runs()).containsExactly(RUN);
  }

  @Test
  void aRequestedRunOfAWaitingOrderLosesItsBackoff() {
    WorkOrder waiting = in(WorkOrderStatus.RUNNING).retry(END.plusSeconds(300), END, false);

    assertThat(waiting.expedite(END).state())
        .isEqualTo(new Queued(Optional.empty(), true, Optional.of(END)));
  }

  @Test
  void aRequeuedOrderWaitsAnewAndKeepsItsHistory() {
    WorkOrder order = in(WorkOrderStatus.FAILED).requeue(END);

    assertThat(order.state()).isEqualTo(new Queued(Optional.empty(), true, Optional.empty()));
    assertThat(order.attempts()).isEqualTo(1);
    assertThat(order.queuedAt()).isEqualTo(END);
    assertThat(order.runs()).containsExactly(RUN);
  }

  @Test
  void aForgottenRunLeavesTheRestAsItIs() {
    WorkOrder order = in(WorkOrderStatus.COMPLETED);
    WorkOrder without = order.withoutRun(RUN, END);

    assertThat(without.runs()).isEmpty();
    assertThat(without.currentRun()).isEmpty();
    assertThat(without.state()).isEqualTo(order.state());
    assertThat(without.revision()).isEqualTo(order.revision() + 1);
  }

  @Test
  void aReleasedOrderKeepsItsPlaceAndNothingOfTheAttempt() {
    WorkOrder released = in(WorkOrderStatus.RUNNING).release(END);

    assertThat(released.status()).isEqualTo(WorkOrderStatus.QUEUED);
    assertThat(released.attempts()).isZero();
    assertThat(released.runs()).isEmpty();
    assertThat(released.queuedAt()).isEqualTo(SUBMITTED);
  }

  @Test
  void aTakeoverIsARevisionAndARenewalIsNone() {
    WorkOrder order = in(WorkOrderStatus.RUNNING);
    Lease lease = new Lease(new InstanceId("other"), Optional.of(END));

    WorkOrder taken = order.takeOver(lease, END);
    WorkOrder renewed = order.leased(lease);

    assertThat(taken.state()).isEqualTo(new Running(ATTEMPT, lease));
    assertThat(taken.runs()).containsExactly(RUN);
    assertThat(renewed.state()).isEqualTo(new Running(ATTEMPT, lease));
    assertThat(renewed.revision()).isEqualTo(order.revision());
    assertThat(lease.hasEnded(END.minusNanos(1))).isFalse();
    assertThat(lease.hasEnded(END)).isTrue();
    assertThat(WorkOrders.LEASE.hasEnded(Instant.MAX)).isFalse();
  }

  @Test
  void anInterruptedAttemptIsContinuedAndAFollowUpKeepsItsPrompt() {
    WorkOrder running = in(WorkOrderStatus.RUNNING);
    RunId run = running.currentRun().orElseThrow();

    assertThat(running.interrupt(END, true).continuation())
        .hasValue(new Continuation(run, Optional.empty()));
    assertThat(running.retry(END, END, false).continuation()).isEmpty();

    WorkOrder finished = running.complete(END);
    WorkOrder followUp = finished.followUp("and the tests", END);
    Continuation continuation = new Continuation(run, Optional.of("and the tests"));
    assertThat(followUp.status()).isEqualTo(WorkOrderStatus.QUEUED);
    assertThat(followUp.continuation()).hasValue(continuation);

    RunId second = WorkOrders.run();
    WorkOrder again = followUp.start(second, END, WorkOrders.LEASE);
    assertThat(again.continuation()).hasValue(continuation);
    assertThat(again.release(END).continuation()).hasValue(continuation);
    assertThat(again.retry(END, END, false).continuation()).hasValue(continuation);
    assertThat(again.interrupt(END, true).continuation())
        .hasValue(new Continuation(second, Optional.of("and the tests")));
    assertThat(again.complete(END).requeue(END).continuation()).isEmpty();
  }

  @Test
  void anOrderThatIsNotFinishedTakesNoFollowUp() {
    for (WorkOrderStatus status : List.of(WorkOrderStatus.QUEUED, WorkOrderStatus.RUNNING)) {
      assertThatThrownBy(() -> in(status).followUp("more", END))
          .isInstanceOf(IllegalStateException.class);
    }
  }
}
