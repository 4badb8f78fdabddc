package dev.agentgate.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.workorder.ChangeSummary;
import dev.agentgate.workorder.EndCause;
import dev.agentgate.workorder.ExitStatus;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.Publication;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunOutcome;
import dev.agentgate.workorder.RunResults;
import dev.agentgate.workorder.Usage;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrders;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What every store promises of the records of runs. */
public abstract class RunsContract extends StoreFixture {
  private static final Instant NOW = WorkOrders.NOW;

  @Test
  void theRunsOfAnOrderAreKnownWithoutItsBody() {
    WorkOrder order = WorkOrders.queued();
    store.workOrders().insert(order);
    assertThat(store.runs().ofOrder(order.id())).isEmpty();

    RunId run = RunId.next(order.createdAt());
    WorkOrder running = order.start(run, order.createdAt(), WorkOrders.LEASE);
    assertThat(store.workOrders().update(running)).isTrue();
    assertThat(store.runs().ofOrder(order.id())).containsExactly(run);

    assertThat(store.workOrders().remove(running)).isTrue();
    assertThat(store.runs().ofOrder(order.id())).isEmpty();
  }

  private static List<RunResults> results() {
    Usage usage = Usage.ofTokens(6500, 5000, 42).withTurns(OptionalLong.of(3));
    RunResults known =
        RunResults.NONE
            .checkedOut(Optional.of("base"))
            .reported(
                Optional.of("s-1"),
                Optional.of("opus"),
                Optional.of("It is \"done\"\u0000 \ud83d\ude00\n"),
                usage.withCost(Optional.of(new BigDecimal("0.057"))));
    return List.of(
        RunResults.NONE,
        RunResults.NONE.checkedOut(Optional.of("base")),
        known,
        known.used(usage),
        known.collected(
            "base",
            Optional.of("head"),
            Optional.of(new ChangeSummary(2, 14, 3, OptionalLong.of(1892)))),
        known.collected(
            "base",
            Optional.empty(),
            Optional.of(new ChangeSummary(1, 0, 0, OptionalLong.empty()))),
        known.publishing(
            Publication.pending(WorkOrders.PULL_REQUEST, WorkOrders.queued().id())
                .postponed("GitHub answered 502")));
  }

  @Test
  void theRunsThatAreStillToBePublishedAreKnown() throws Exception {
    Run run = claimed();
    Publication pending = Publication.pending(WorkOrders.BRANCH, run.workOrderId());
    store.runs().save(run);
    assertThat(store.runs().unpublished()).isEmpty();

    store.runs().save(run.with(run.results().publishing(pending)));
    assertThat(store.runs().unpublished()).containsExactly(run.id());
    reopen();
    assertThat(store.runs().unpublished()).containsExactly(run.id());

    store.runs().save(run.with(run.results().publishing(pending.pushed("0a", "main"))));
    assertThat(store.runs().unpublished()).isEmpty();
    reopen();
    assertThat(store.runs().unpublished()).isEmpty();
  }

  @Test
  void aRunThatIsGoneIsNotToBePublished() throws Exception {
    Run run = claimed();
    Publication pending = Publication.pending(WorkOrders.BRANCH, run.workOrderId());
    store.runs().save(run.with(run.results().publishing(pending)));

    store.runs().remove(run.id());

    assertThat(store.runs().unpublished()).isEmpty();
    reopen();
    assertThat(store.runs().unpublished()).isEmpty();
  }

  @Test
  void theResultsOfARunAreKept() throws Exception {
    Run run = claimed();
    for (RunResults results : results()) {
      store.runs().save(run.with(results));
      reopen();
      assertThat(store.runs().find(run.id())).contains(run.with(results));
    }
  }

  @Test
  void runsAreKeptAsTheyWereSavedLast() throws Exception {
    Run preparing = claimed();
    Run running =
        preparing
            .at(new InstanceId("agentgate-0"))
            .running(OptionalLong.of(4711))
            .endRequested(EndCause.CANCEL);
    List<RunOutcome> ends =
        List.of(
            new RunOutcome.Completed(NOW, Optional.of(new ExitStatus(0))),
            new RunOutcome.Failed(NOW, FailureReason.LOST, "gone", Optional.empty()),
            new RunOutcome.Interrupted(NOW, "stopped", Optional.of(new ExitStatus(143))),
            new RunOutcome.Limited(
                NOW, "limited", Optional.of(NOW.plusSeconds(3600)), Optional.of(new ExitStatus(1))),
            new RunOutcome.Cancelled(NOW, Optional.of(new ExitStatus(143))));

    assertThat(store.runs().find(WorkOrders.run())).isEmpty();
    store.runs().save(preparing);
    assertThat(store.runs().find(preparing.id())).contains(preparing);
    store.runs().save(running);
    reopen();
    assertThat(store.runs().find(preparing.id())).contains(running);
    for (RunOutcome end : ends) {
      store.runs().save(running.ended(end));
      assertThat(store.runs().find(preparing.id())).contains(running.ended(end));
    }
  }

  @Test
  void aRunIsChangedInOneStep() throws Exception {
    Run run = claimed();
    Run requested = run.endRequested(EndCause.CANCEL);
    store.runs().save(run);

    assertThat(store.runs().change(run.id(), it -> it)).contains(run);
    assertThat(store.runs().change(run.id(), it -> it.endRequested(EndCause.CANCEL)))
        .contains(requested);
    assertThat(store.runs().change(WorkOrders.run(), it -> it)).isEmpty();

    reopen();
    assertThat(store.runs().find(run.id())).contains(requested);
  }
}
