package dev.agentgate.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.store.ArchivedPiece;
import dev.agentgate.store.Claims;
import dev.agentgate.store.Store;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.Publication;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunOutcome;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrders;
import java.io.IOException;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** The pending publications of an instance that is gone, or seems to be. */
final class PostgresTakenPublicationsTest extends TwoInstances {
  private static Run publishing(Run run, Publication publication) {
    return run.with(run.results().publishing(publication));
  }

  private static Publication pending(Run run) {
    return Publication.pending(WorkOrders.BRANCH, run.workOrderId());
  }

  /** An order that the first instance runs. */
  private WorkOrder running() {
    return Claims.claimedBy(one, LEASE);
  }

  private Run runOf(WorkOrder order) {
    return one.runs().find(order.runs().getLast()).orElseThrow().at(one.instance());
  }

  /** A run of the first instance whose changes are to be published. */
  private Run unpublished() {
    WorkOrder order = running();
    Run run = runOf(order);
    Run unpublished = publishing(run, pending(run));
    one.runs().save(unpublished);
    assertThat(one.workOrders().update(order.complete(clock.instant()))).isTrue();
    return unpublished;
  }

  private static Optional<Run> change(Store store, Run run, Publication publication) {
    return store.runs().change(run.id(), it -> publishing(it, publication));
  }

  private void archive(Run run) throws IOException {
    one.archive()
        .put(run.id(), sink -> sink.take(new ArchivedPiece("changes.patch", 0, new byte[] {1})));
  }

  @Test
  void aPublicationThatAnotherInstanceCanCompleteIsTakenOver() throws Exception {
    Run archived = unpublished();
    archive(archived);
    Run pushed = unpublished();
    assertThat(change(one, pushed, pushingOnly(pushed))).isPresent();
    Run neither = unpublished();
    two.runs().takeUnpublished(LEASE);
    assertThat(two.runs().unpublished()).as("it is alive").isEmpty();
    clock.advance(LEASE.plusSeconds(1));
    renew(two);

    two.runs().takeUnpublished(LEASE);

    assertThat(two.runs().unpublished()).containsExactlyInAnyOrder(archived.id(), pushed.id());
    assertThat(one.runs().unpublished()).containsExactly(neither.id());

    assertThat(change(one, archived, pending(archived).failed("by its former publisher")))
        .isEmpty();
    one.runs().save(publishing(archived, pending(archived).failed("by its former publisher")));
    assertThat(two.runs().find(archived.id())).contains(archived);

    Run published = publishing(archived, pending(archived).failed("by its publisher"));
    assertThat(change(two, archived, pending(archived).failed("by its publisher")))
        .contains(published);
    assertThat(one.runs().find(archived.id())).contains(published);

    renew(one);
    assertThat(change(one, archived, pending(archived))).as("requested again").isPresent();
    assertThat(one.runs().unpublished()).contains(archived.id());
    assertThat(two.runs().unpublished()).containsExactly(pushed.id());
  }

  /** Pushed, but without its pull request. */
  private static Publication pushingOnly(Run run) {
    Publication pending =
        Publication.pending(WorkOrders.PULL_REQUEST, run.workOrderId()).pushed("0a", "main");
    assertThat(pending.status()).isEqualTo(Publication.Status.PENDING);
    return pending;
  }

  @Test
  void theOwnerOfARunWritesWhatItsFormerOwnerWantedToPublish() throws Exception {
    Run run = runOf(running());
    RunId id = run.id();
    one.runs().save(publishing(run, pending(run)));
    clock.advance(LEASE.plusSeconds(1));
    assertThat(two.queue().takeExpired(LEASE, 9)).hasSize(1);

    two.runs().save(run);

    assertThat(two.runs().find(id)).contains(run);
    assertThat(one.runs().unpublished()).isEmpty();
  }

  @Test
  void aFormerOwnerNeitherChangesTheRecordOfARunNorBringsItBack() {
    WorkOrder order = running();
    Run run = runOf(order);
    one.runs().save(run);
    clock.advance(LEASE.plusSeconds(1));
    WorkOrder taken = two.queue().takeExpired(LEASE, 9).getFirst();
    Run lost =
        run.ended(
            new RunOutcome.Failed(
                clock.instant(), FailureReason.LOST, "its instance is gone", Optional.empty()));
    two.runs().save(lost);
    WorkOrder after = taken.cancel(clock.instant());
    assertThat(two.workOrders().update(after)).isTrue();

    one.runs().save(run.running(OptionalLong.of(7)));
    assertThat(two.runs().find(run.id())).contains(lost);

    assertThat(two.workOrders().remove(after)).isTrue();
    one.runs().save(run.running(OptionalLong.of(7)));
    assertThat(two.runs().find(run.id())).isEmpty();
  }

  @Test
  void onePublicationIsTakenByOneInstance() throws Exception {
    Run run = unpublished();
    archive(run);
    List<Store> others = new ArrayList<>(List.of(two));
    for (String name : List.of("three", "four", "five")) {
      others.add(open(new InstanceId(name)));
    }
    clock.advance(LEASE.plusSeconds(1));
    others.forEach(PostgresTakenPublicationsTest::renew);

    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      others.forEach(store -> threads.execute(() -> store.runs().takeUnpublished(LEASE)));
    }

    assertThat(others)
        .filteredOn(store -> store.runs().unpublished().contains(run.id()))
        .hasSize(1);
    others.stream().skip(1).forEach(Store::close);
  }

  @Test
  void lookingForPublicationsDoesNotWaitForTheLeasesOfLivingInstances() throws Exception {
    Run run = unpublished();
    try (Connection connection = database.connections().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("UPDATE runs SET publisher = NULL");
      connection.setAutoCommit(false);
      statement.execute("SELECT FROM instances WHERE id = 'one' FOR UPDATE");

      Thread look = Thread.ofVirtual().start(() -> two.runs().takeUnpublished(LEASE));

      assertThat(look.join(Duration.ofMinutes(1))).isTrue();
      connection.rollback();
      connection.setAutoCommit(true);
    }
    assertThat(one.runs().unpublished()).containsExactly(run.id());
  }

  @Test
  void whatAnEarlierVersionLeftBelongsToTheInstanceOfTheRun() throws Exception {
    Run run = unpublished();
    archive(run);
    try (Connection connection = database.connections().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("UPDATE runs SET publisher = NULL");
    }
    two.runs().takeUnpublished(LEASE);
    assertThat(one.runs().unpublished()).containsExactly(run.id());
    assertThat(two.runs().unpublished()).isEmpty();
    clock.advance(LEASE.plusSeconds(1));
    renew(two);

    two.runs().takeUnpublished(LEASE);

    assertThat(one.runs().unpublished()).isEmpty();
    assertThat(two.runs().unpublished()).containsExactly(run.id());
  }

  @Test
  void afterADayNobodyWaitsForTheInstanceThatHasTheWorkspace() {
    Run run = unpublished();
    clock.advance(Duration.ofHours(23));
    renew(two);
    two.runs().takeUnpublished(LEASE);
    assertThat(two.runs().unpublished()).isEmpty();

    clock.advance(Duration.ofHours(2));
    renew(two);
    two.runs().takeUnpublished(LEASE);

    assertThat(two.runs().unpublished()).containsExactly(run.id());
  }
}
