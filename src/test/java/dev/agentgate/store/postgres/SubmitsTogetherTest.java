package dev.agentgate.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.agentgate.store.SettableClock;
import dev.agentgate.store.Store;
import dev.agentgate.workorder.AgentChoices;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrders;
import dev.agentgate.workorder.WorkspaceSource;
import io.agroal.api.AgroalDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Submits that share a commit: see {@link GroupCommit}. */
@Timeout(120)
class SubmitsTogetherTest {
  @RegisterExtension final FreshDatabase database = new FreshDatabase();

  private final SettableClock clock = new SettableClock();
  private final OrderWriter writer = new OrderWriter(new QueueRank(Optional.empty()));
  private Instance instance;
  private Store store;

  @BeforeEach
  void open() {
    instance =
        new Opening(
                new Database(database.connections(), FreshDatabase.MOST, () -> {}),
                new Member(new InstanceId("one"), new Home("home", "host"), Optional.empty()),
                UnaryOperator.identity())
            .open();
    store = database.open(new InstanceId("two"), clock, Optional.empty());
  }

  @AfterEach
  void close() {
    store.close();
  }

  private List<Boolean> add(boolean keyed, WorkOrder... orders) throws SQLException {
    try (Connection connection = database.connections().getConnection()) {
      return writer.add(connection, instance, keyed, List.of(orders));
    }
  }

  @Test
  void eachOrderThatIsAddedIsEverywhere() throws SQLException {
    WorkOrder one = WorkOrders.queued();
    WorkOrder two = WorkOrders.queued();

    assertThat(add(false, one, two)).containsExactly(true, true);

    assertThat(store.workOrders().find(one.id())).contains(one);
    assertThat(store.workOrders().find(two.id())).contains(two);
    assertThat(database.count("SELECT count(*) FROM queue")).isEqualTo(2);
    assertThat(store.workOrders().counts().queued()).isEqualTo(2);
    assertThat(database.count("SELECT count(*) FROM changes")).isEqualTo(2);
  }

  @Test
  void anOrderWhoseKeyIsTakenIsNowhere() throws SQLException {
    WorkOrder first = WorkOrders.withKey("first");
    assertThat(add(true, first)).containsExactly(true);
    WorkOrder again = WorkOrders.withKey("first");
    WorkOrder second = WorkOrders.withKey("second");
    WorkOrder secondAgain = WorkOrders.withKey("second");

    assertThat(add(true, again, second, secondAgain)).containsExactly(false, true, false);

    assertThat(store.workOrders().find(again.id())).isEmpty();
    assertThat(store.workOrders().findByIdempotencyKey("first")).contains(first);
    assertThat(store.workOrders().findByIdempotencyKey("second")).contains(second);
    assertThat(store.workOrders().counts().queued()).isEqualTo(2);
    assertThat(database.count("SELECT count(*) FROM queue")).isEqualTo(2);
    assertThat(database.count("SELECT count(*) FROM changes")).isEqualTo(2);
  }

  /** However large the orders are, and however often the driver has sent the statement. */
  @Test
  void ifOneIsRefusedNoneIsAdded() throws SQLException {
    List<WorkOrder> batch =
        new ArrayList<>(
            Stream.generate(() -> WorkOrders.withPrompt("Fix it. ".repeat(5_000)))
                .limit(GroupCommit.LARGEST_BATCH - 1)
                .toList());
    batch.add(refused());
    try (Connection connection = database.connections().getConnection()) {
      for (int i = 0; i < 8; i++) {
        assertThatThrownBy(() -> writer.add(connection, instance, false, batch))
            .isInstanceOfSatisfying(
                SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("54000"));

        assertThat(store.workOrders().counts().total()).isZero();
        assertThat(database.count("SELECT count(*) FROM work_orders")).isZero();
      }
    }
  }

  /** Returns an order whose repository is longer than any index can hold. */
  private static WorkOrder refused() {
    String url =
        new Random(1)
            .ints(8_000, 'a', 'z' + 1)
            .mapToObj(Character::toString)
            .collect(Collectors.joining());
    return WorkOrder.submitted(
        WorkOrderId.next(WorkOrders.NOW),
        WorkOrders.spec(
            "Fix the bug",
            "claude-code",
            new WorkspaceSource.Git("https://example.com/" + url, Optional.empty()),
            WorkOrders.LIMITS,
            AgentChoices.NONE,
            0,
            Map.of()),
        Optional.empty(),
        WorkOrders.NOW);
  }

  /** So that the others of its batch can soon be added without it. */
  @Test
  void aBatchWaitsOnlyAMomentForAKeyThatIsLocked() throws SQLException {
    try (Connection other = database.connections().getConnection()) {
      other.setAutoCommit(false);
      assertThat(writer.add(other, instance, true, List.of(WorkOrders.withKey("locked"))))
          .containsExactly(true);

      assertThatThrownBy(() -> add(true, WorkOrders.withKey("free"), WorkOrders.withKey("locked")))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("55P03"));

      other.commit();
      other.setAutoCommit(true);
    }
    assertThat(add(true, WorkOrders.withKey("free"), WorkOrders.withKey("locked")))
        .containsExactly(true, false);
  }

  /** Two instances submit the same keys at the same time, in opposite order. */
  @Test
  void batchesWithTheSameKeysEndInNoDeadlock() throws Exception {
    Store other = database.open(new InstanceId("three"), clock, Optional.empty());
    try {
      for (int round = 0; round < 10; round++) {
        int first = 100 * round;
        List<String> keys = IntStream.range(0, 30).mapToObj(i -> "key" + (first + i)).toList();

        assertThat(submitTogether(Map.of(store, keys, other, keys.reversed()))).isEqualTo(30);
      }
    } finally {
      other.close();
    }

    // A server process counts its deadlocks at the latest when it ends.
    store.close();
    database.connections().flush(AgroalDataSource.FlushMode.ALL);
    await()
        .until(() ->
            database.count(
                    "SELECT numbackends FROM pg_stat_database WHERE datname = current_database()")
                == 1);
    assertThat(
            database.count(
                "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"))
        .isZero();
  }

  /** Submits orders with these keys, each by a thread of its own; returns how many were added. */
  private static int submitTogether(Map<Store, List<String>> keys) throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    List<Future<Optional<WorkOrder>>> results = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      keys.forEach((store, all) ->
          all.forEach(key ->
              results.add(
                  threads.submit(() -> {
                    go.await();
                    return store.workOrders().insert(WorkOrders.withKey(key));
                  }))));
      go.countDown();
    }
    int added = 0;
    for (Future<Optional<WorkOrder>> result : results) {
      added += result.get().isEmpty() ? 1 : 0;
    }
    return added;
  }
}
