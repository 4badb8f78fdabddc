package dev.agentgate.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.store.ArchivedPiece;
import dev.agentgate.store.Claim;
import dev.agentgate.store.SharedStoreFixture;
import dev.agentgate.store.Store;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.Publication;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrders;
import java.io.IOException;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The pending publications of an instance that is gone, or seems to be. */
final class PostgresTakenPublicationsTest extends SharedStoreFixture {
  private static final Duration LEASE = Duration.ofMinutes(1);

  @RegisterExtension final FreshDatabase database = new FreshDatabase();

  @Override
  protected Store open(InstanceId instance) {
    Store store = database.open(instance, clock, Optional.empty());
    renew(store);
    return store;
  }

  private static void renew(Store store) {
    assertThat(store.queue().renew(Set.of(), LEASE)).isEmpty();
  }

  private static Run publishing(Run run, Publication publication) {
    return run.with(run.results().publishing(publication));
  }

  private static Publication pending(Run run) {
    return Publication.pending(WorkOrders.BRANCH, run.workOrderId());
  }

  /** A run of the first instance whose changes are to be published. */
  private Run unpublished() {
    Run run =
        Run.preparing(WorkOrders.run(), WorkOrders.queued().id(), 1, clock.instant())
            .at(one.instance());
    Run unpublished = publishing(run, pending(run));
    one.runs().save(unpublished);
    return unpublished;
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
    one.runs().save(publishing(pushed, pending(pushed).pushed("0a", "main")));
    one.runs().save(publishing(pushed, pushingOnly(pushed)));
    Run neither = unpublished();
    two.runs().takeUnpublished(LEASE);
    assertThat(two.runs().unpublished()).as("it is alive").isEmpty();
    clock.advance(LEASE.plusSeconds(1));
    renew(two);

    two.runs().takeUnpublished(LEASE);

    assertThat(two.runs().unpublished()).containsExactlyInAnyOrder(archived.id(), pushed.id());
    assertThat(one.runs().unpublished()).containsExactly(neither.id());

    one.runs().save(publishing(archived, pending(archived).failed("by its former publisher")));
    assertThat(two.runs().find(archived.id())).contains(archived);

    Run published = publishing(archived, pending(archived).failed("by its publisher"));
    two.runs().save(published);
    assertThat(one.runs().find(archived.id())).contains(published);

    Run again = publishing(archived, pending(archived));
    renew(one);
    one.runs().save(again);
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
    WorkOrder order = WorkOrders.queued();
    one.workOrders().insert(order);
    Claim claim = new Claim(1, 0, false, Optional.empty(), LEASE, _ -> true);
    RunId id = one.queue().claim(claim).getFirst().runs().getLast();
    Run run = one.runs().find(id).orElseThrow();
    one.runs().save(publishing(run, pending(run)));
    clock.advance(LEASE.plusSeconds(1));
    assertThat(two.queue().takeExpired(LEASE, 9)).hasSize(1);

    two.runs().save(run);

    assertThat(two.runs().find(id)).contains(run);
    assertThat(one.runs().unpublished()).isEmpty();
  }

  @Test
  void onePublicationIsTakenByOneInstance() throws Exception {
    Run run = unpublished();
    archive(run);
    Store three = open(new InstanceId("three"));
    clock.advance(LEASE.plusSeconds(1));
    renew(two);
    renew(three);

    two.runs().takeUnpublished(LEASE);
    three.runs().takeUnpublished(LEASE);

    assertThat(two.runs().unpublished()).containsExactly(run.id());
    assertThat(three.runs().unpublished()).isEmpty();
    three.close();
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
