package dev.agentgate.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.agentgate.store.ArchivedPiece;
import dev.agentgate.store.ChangeFeed.Changes;
import dev.agentgate.store.ChangeFeed.Entry;
import dev.agentgate.store.ChangeFeed.Position;
import dev.agentgate.store.Claim;
import dev.agentgate.store.Claims;
import dev.agentgate.store.SettableClock;
import dev.agentgate.store.Store;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.QueueEntry;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunUsage;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrders;
import io.agroal.api.AgroalDataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is true of this store only. */
class PostgresDetailsTest {
  private static final InstanceId LOCAL = new InstanceId("local");

  @RegisterExtension final FreshDatabase database = new FreshDatabase();

  private final SettableClock clock = new SettableClock();
  private Store store;

  @BeforeEach
  void open() {
    store = database.open(LOCAL, clock, Optional.empty());
  }

  @AfterEach
  void close() {
    store.close();
  }

  private WorkOrder claimed() {
    return Claims.claimedBy(store, Duration.ofMinutes(1));
  }

  @Test
  void anInstanceThatRanksByAnotherSettingClaimsEveryOrderOnce() {
    int orders = 120;
    for (int i = 0; i < orders; i++) {
      assertThat(store.workOrders().insert(WorkOrders.queued())).isEmpty();
    }
    Store other =
        database.open(new InstanceId("other"), clock, Optional.of(Duration.ofMinutes(10)));

    for (Store each : List.of(store, other)) {
      List<QueueEntry> all = new ArrayList<>();
      each.queue().fromHead().forEachRemaining(all::add);
      assertThat(all).hasSize(orders).doesNotHaveDuplicates();
    }
    List<WorkOrder> claimed =
        store
            .queue()
            .claim(
                new Claim(
                    2 * orders, 0, false, Optional.empty(), Duration.ofMinutes(1), _ -> true));
    assertThat(claimed.stream().map(WorkOrder::id)).hasSize(orders).doesNotHaveDuplicates();
    assertThat(store.workOrders().counts().running()).isEqualTo(orders);
    other.close();
  }

  @Test
  void aFormerProcessOfTheSameInstanceChangesNothing() {
    WorkOrder order = claimed();
    Run run = store.runs().find(order.runs().getLast()).orElseThrow();
    Store later = database.open(LOCAL, clock, Optional.empty());

    assertThatThrownBy(() -> store.workOrders().update(order.complete(clock.instant())))
        .isInstanceOf(StoreUnavailableException.class);
    assertThatThrownBy(() -> store.workOrders().remove(order))
        .isInstanceOf(StoreUnavailableException.class);
    store.runs().save(run.running(OptionalLong.of(7)));
    assertThatThrownBy(() -> store.queue().renew(Set.of(order.id()), Duration.ofMinutes(1)))
        .isInstanceOf(StoreUnavailableException.class);
    assertThatThrownBy(() -> store.workOrders().insert(WorkOrders.queued()))
        .isInstanceOf(StoreUnavailableException.class);
    assertThat(later.workOrders().insert(WorkOrders.queued())).isEmpty();
    assertThatThrownBy(() -> store.queue().claim(Claims.ofOne(Duration.ofMinutes(1))))
        .isInstanceOf(StoreUnavailableException.class);

    assertThat(later.workOrders().find(order.id())).contains(order);
    assertThat(later.runs().find(run.id())).contains(run);
    assertThat(later.workOrders().update(order.complete(clock.instant()))).isTrue();
    later.close();
  }

  @Test
  void aRunOfAnotherOwnerIsNotWritten() {
    WorkOrder order = claimed();
    Run run = store.runs().find(order.runs().getLast()).orElseThrow();
    Store other = database.open(new InstanceId("other"), clock, Optional.empty());

    other.runs().save(run.running(OptionalLong.of(7)));

    assertThat(store.runs().find(run.id())).contains(run);
    other.close();
  }

  @Test
  void aRunOfAnotherOwnerIsNotRemoved() {
    WorkOrder order = claimed();
    RunId run = order.runs().getLast();
    Store other = database.open(new InstanceId("other"), clock, Optional.empty());

    other.runs().remove(run);

    assertThat(store.runs().find(run)).isPresent();
    other.close();
  }

  @Test
  void theRunsOfAnOrderAreRemovedTogetherWithTheOrder() {
    WorkOrder order = claimed();
    WorkOrder done = order.complete(clock.instant());
    assertThat(store.workOrders().update(done)).isTrue();
    Store other = database.open(new InstanceId("other"), clock, Optional.empty());

    assertThat(other.workOrders().remove(order)).as("an earlier revision").isFalse();
    assertThat(store.runs().find(order.runs().getLast())).isPresent();

    assertThat(other.workOrders().remove(done)).isTrue();
    assertThat(store.runs().find(order.runs().getLast())).isEmpty();
    other.close();
  }

  @Test
  void theFilesOfARunAreNotReplacedByAnotherInstance() throws Exception {
    RunId run = claimed().runs().getLast();
    store.archive().put(run, to -> to.take(new ArchivedPiece("output.log", 0, new byte[] {1})));
    Store other = database.open(new InstanceId("other"), clock, Optional.empty());

    other.archive().put(run, to -> {});

    assertThat(store.archive().has(run)).isTrue();
    other.close();
  }

  /** One connection listens; with none left for the condition, the claim would wait for itself. */
  @Test
  @Timeout(120)
  void whatTheConditionOfAClaimReadsIsReadOnTheConnectionOfTheClaim() throws Exception {
    String url = PostgresServer.newDatabase();
    try (AgroalDataSource two = FreshDatabase.pool(url, 2)) {
      Store small =
          PostgresStore.open(
              two,
              2,
              new Member(LOCAL, new Home("home", "host"), Optional.empty()),
              clock,
              Optional.empty(),
              () -> {});
      assertThat(small.workOrders().insert(WorkOrders.queued())).isEmpty();

      List<WorkOrder> claimed =
          small
              .queue()
              .claim(
                  new Claim(
                      1,
                      0,
                      false,
                      Optional.empty(),
                      Duration.ofMinutes(1),
                      _ -> small.usage().ofDay(RunUsage.dayOf(clock.instant())).isEmpty()));

      assertThat(claimed).hasSize(1);
      small.close();
    }
  }

  @Test
  void aChangeThatIsCommittedLateIsToldLate() throws SQLException {
    Position start = store.changes().latest();
    WorkOrder late = WorkOrders.queued();
    WorkOrder early = WorkOrders.queued();
    try (Connection slow = database.connections().getConnection()) {
      slow.setAutoCommit(false);
      try (Statement insert = slow.createStatement()) {
        insert.execute(
            "INSERT INTO changes (order_id, revision, status) VALUES ('%s', 1, 'queued')"
                .formatted(late.id().value()));
        store.workOrders().insert(early);
        Changes before = store.changes().after(start, 9);
        slow.commit();
        Changes after = store.changes().after(before.next(), 9);

        assertThat(before.entries()).extracting(Entry::order).containsExactly(early.id());
        assertThat(after.entries()).extracting(Entry::order).containsExactly(late.id());
      }
    }
  }

  @Test
  void manyChangesOfTheCountsBecomeOneRowAndTheSameSum() throws SQLException {
    WorkOrder order = WorkOrders.queued();
    store.workOrders().insert(order);
    try (Connection connection = database.connections().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(
          """
          INSERT INTO status_changes (queued, running, completed, failed, cancelled)
          SELECT n % 2, 0, 1, 0, 0 FROM generate_series(1, 2000) AS n
          """);
      assertThat(store.workOrders().counts().queued()).isEqualTo(1001);
      assertThat(store.workOrders().counts().completed()).isEqualTo(2000);
      try (ResultSet row = statement.executeQuery("SELECT count(*) FROM status_changes")) {
        row.next();
        assertThat(row.getLong(1)).isEqualTo(1);
      }
    }
  }

  @Test
  void anotherAgingRanksWhatWaitsAgain() {
    WorkOrder old = inserted(0, Duration.ofHours(2));
    WorkOrder urgent = inserted(1, Duration.ZERO);
    assertThat(store.queue().fromHead().next().id()).isEqualTo(urgent.id());
    store.close();

    store = database.open(LOCAL, clock, Optional.of(Duration.ofHours(1)));
    assertThat(store.queue().fromHead().next().id()).isEqualTo(old.id());
    store.close();

    store = database.open(LOCAL, clock, Optional.empty());
    assertThat(store.queue().fromHead().next().id()).isEqualTo(urgent.id());
  }

  private WorkOrder inserted(int priority, Duration ago) {
    Instant at = clock.instant().minus(ago);
    WorkOrder order =
        WorkOrder.submitted(
            WorkOrderId.next(at),
            WorkOrders.spec(priority, "shell", Map.of()),
            Optional.empty(),
            at);
    assertThat(store.workOrders().insert(order)).isEmpty();
    return order;
  }
}
