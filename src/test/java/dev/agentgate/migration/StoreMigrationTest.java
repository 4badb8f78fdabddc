package dev.agentgate.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.agentgate.migration.MigrationFailedException.Reason;
import dev.agentgate.store.Store;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.store.WorkOrderFilter;
import dev.agentgate.store.file.FileStore;
import dev.agentgate.store.file.FileStoreReader;
import dev.agentgate.store.postgres.DatabaseBusyException;
import dev.agentgate.store.postgres.DatabaseRefusedException;
import dev.agentgate.store.postgres.FreshDatabase;
import dev.agentgate.store.postgres.Home;
import dev.agentgate.store.postgres.Member;
import dev.agentgate.store.postgres.PostgresImport;
import dev.agentgate.store.postgres.PostgresStore;
import dev.agentgate.workorder.AgentPause;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.QueueEntry;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunUsage;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoreMigrationTest {
  private static final InstanceId INSTANCE = new InstanceId("here");
  private static final long UNLIMITED = 1L << 30;
  private static final AgentPause PAUSE =
      new AgentPause(AgentPause.Reason.MANUAL, "paused", WorkOrders.NOW, Optional.empty(), 1, "");

  @TempDir Path data;
  @TempDir Path otherData;

  @RegisterExtension final FreshDatabase fresh = new FreshDatabase();

  private final List<String> said = new ArrayList<>();

  private static void doNothing() {}

  private StoreMigration migration(Path from, DataSource to, boolean leaveUnreadable)
      throws IOException {
    return new StoreMigration(
        FileStoreReader.open(from),
        SampleStore.files(from),
        new PostgresImport(to, Optional.empty()),
        new StoreMigration.Options(INSTANCE, UNLIMITED, leaveUnreadable),
        said::add);
  }

  private StoreMigration migrationWithoutFiles() throws IOException {
    return new StoreMigration(
        FileStoreReader.open(data),
        SampleStore.files(data),
        new PostgresImport(fresh.connections(), Optional.empty()),
        new StoreMigration.Options(INSTANCE, 0, false),
        said::add);
  }

  private List<String> migrate() throws IOException {
    return migration(data, fresh.connections(), false).run(StoreMigrationTest::doNothing);
  }

  private Store openDatabase() {
    return PostgresStore.open(
        fresh.connections(),
        FreshDatabase.MOST,
        new Member(INSTANCE, new Home("home", "host"), Optional.of(Duration.ofMinutes(1))),
        Clock.systemUTC(),
        Optional.empty(),
        () -> {});
  }

  /** Everything that a store can be asked for. */
  private record Everything(
      Map<WorkOrderId, WorkOrder> orders,
      List<WorkOrderId> newestFirst,
      List<QueueEntry> queue,
      Map<String, WorkOrderId> keys,
      Map<RunId, Run> runs,
      Map<RunId, RunUsage> usage,
      String rest) {
    static Everything in(Store store) {
      Map<WorkOrderId, WorkOrder> orders = new TreeMap<>();
      Map<String, WorkOrderId> keys = new TreeMap<>();
      Map<RunId, Run> runs = new TreeMap<>();
      store
          .workOrders()
          .ids()
          .forEachRemaining(id -> {
            WorkOrder order = store.workOrders().find(id).orElseThrow();
            orders.put(id, order);
            order
                .idempotencyKey()
                .ifPresent(key ->
                    keys.put(
                        key.key(),
                        store.workOrders().findByIdempotencyKey(key.key()).orElseThrow().id()));
            for (RunId run : store.runs().ofOrder(id)) {
              store.runs().find(run).ifPresent(it -> runs.put(run, it.at(INSTANCE)));
            }
          });
      Map<RunId, RunUsage> usage = new TreeMap<>();
      store.usage().forEach(Optional.empty(), Optional.empty(), it -> usage.put(it.run(), it));
      List<QueueEntry> queue = new ArrayList<>();
      store.queue().fromHead().forEachRemaining(queue::add);
      return new Everything(
          orders,
          store.workOrders().matching(WorkOrderFilter.ALL, Optional.empty(), 100_000),
          queue,
          keys,
          runs,
          usage,
          store.workOrders().counts()
              + " "
              + store.queue().isPaused()
              + " "
              + store.agentPauses().all()
              + " "
              + store.runs().unpublished());
    }
  }

  private void assertSame() throws IOException {
    try (Store files = FileStore.open(data, Clock.systemUTC());
        Store inDatabase = openDatabase()) {
      Everything expected = Everything.in(files);
      assertThat(expected.orders()).isNotEmpty();
      assertThat(Everything.in(inDatabase)).isEqualTo(expected);
      for (RunId run : expected.runs().keySet()) {
        FileDigests archived = new FileDigests();
        assertThat(
                inDatabase
                    .archive()
                    .read(run, it -> archived.add(run, it.file(), it.position(), it.bytes())))
            .isTrue();
        FileDigests here = new FileDigests();
        SampleStore.files(data)
            .export(run, (file, position, bytes) -> here.add(run, file, position, bytes));
        assertThat(archived.of(run)).isEqualTo(here.of(run));
      }
    }
  }

  @Test
  void everythingIsInTheDatabaseAfterwardsAndTheFilesAreAsBefore() throws IOException {
    SampleStore.fill(data, 400, 1);
    Map<String, String> before = SampleStore.tree(data);

    List<String> copied = migrate();

    assertThat(SampleStore.tree(data)).isEqualTo(before);
    assertThat(copied)
        .contains("Orders: 400 (queued 100, completed 100, failed 100, cancelled 100)");
    assertSame();
  }

  /** Stands for a process that is killed: it opens no more than so many connections. */
  private DataSource endingAfter(int connections) {
    AtomicInteger left = new AtomicInteger(connections);
    return new WrappedConnections(fresh.connections()) {
      @Override
      public Connection getConnection() throws SQLException {
        if (left.decrementAndGet() < 0) {
          throw new SQLException("the end", "08000");
        }
        return super.getConnection();
      }
    };
  }

  @Test
  void aCopyThatEndsAnywhereIsCompletedByAnother() throws IOException {
    SampleStore.fill(data, 250, 2);
    boolean complete = false;
    int attempts = 0;
    for (int connections = 1; !complete; connections += 1 + connections / 6) {
      try {
        List<String> _ =
            migration(data, endingAfter(connections), false).run(StoreMigrationTest::doNothing);
        complete = true;
      } catch (StoreUnavailableException e) {
        assertThat(e).hasRootCauseMessage("the end");
        attempts++;
        if (connections > 1) {
          assertThatExceptionOfType(DatabaseRefusedException.class)
              .isThrownBy(this::openDatabase)
              .withMessageContaining("agentgate migrate-store");
        }
      }
    }
    assertThat(attempts).isGreaterThan(10);
    assertSame();
  }

  @Test
  void anOrderThatChangedAfterAnAttemptIsReplaced() throws IOException {
    SampleStore.fill(data, 40, 3);
    assertThatThrownBy(() ->
            migration(data, fresh.connections(), false)
                .run(() -> {
                  throw new IllegalStateException("the end");
                }))
        .hasMessage("the end");
    try (Store files = FileStore.open(data, Clock.systemUTC())) {
      QueueEntry head = files.queue().fromHead().next();
      WorkOrder order = files.workOrders().find(head.id()).orElseThrow();
      assertThat(files.workOrders().update(order.cancel(WorkOrders.NOW))).isTrue();
      assertThat(files.workOrders().insert(WorkOrders.withKey("later"))).isEmpty();
    }

    List<String> _ = migrate();

    assertSame();
  }

  @Test
  void nothingIsCopiedWhileAnOrderRuns() throws IOException {
    SampleStore.fill(data, 8, 4);
    WorkOrder running =
        WorkOrders.queued().start(WorkOrders.run(), WorkOrders.NOW, WorkOrders.LEASE);
    try (Store files = FileStore.open(data, Clock.systemUTC())) {
      assertThat(files.workOrders().insert(running)).isEmpty();
    }

    assertFails(Reason.NOT_NOW, running.id().value());

    try (Store inDatabase = openDatabase()) {
      assertThat(inDatabase.workOrders().counts().total()).isZero();
    }
  }

  private void assertFails(Reason reason, String... words) {
    assertThatExceptionOfType(MigrationFailedException.class)
        .isThrownBy(this::migrate)
        .satisfies(e -> assertThat(e.reason()).isEqualTo(reason))
        .satisfies(e -> assertThat(e.getMessage()).contains(words));
  }

  @Test
  void aDatabaseWithOrdersOfAServiceIsRefused() throws IOException {
    SampleStore.fill(data, 8, 5);
    try (Store inDatabase = openDatabase()) {
      assertThatExceptionOfType(DatabaseBusyException.class)
          .isThrownBy(this::migrate)
          .withMessageContaining("here on host");
      assertThat(inDatabase.workOrders().insert(WorkOrders.queued())).isEmpty();
    }
    assertThatExceptionOfType(DatabaseRefusedException.class)
        .isThrownBy(this::migrate)
        .withMessageContaining("two stores cannot be merged");
  }

  @Test
  void aCopyOfAnotherDataDirectoryIsRefused() throws IOException {
    SampleStore.fill(data, 8, 6);
    SampleStore.fill(otherData, 8, 7);
    assertThatThrownBy(() ->
            migration(otherData, fresh.connections(), false)
                .run(() -> {
                  throw new IllegalStateException("the end");
                }))
        .hasMessage("the end");

    assertFails(Reason.FOREIGN, "which this data directory does not have");
  }

  @Test
  void whatCannotBeReadIsNamedAndOnlyLeftBehindOnRequest() throws IOException {
    SampleStore.fill(data, 8, 8);
    WorkOrder damaged = WorkOrders.queued();
    try (Store files = FileStore.open(data, Clock.systemUTC())) {
      assertThat(files.workOrders().insert(damaged)).isEmpty();
    }
    Path file = data.resolve("work-orders").resolve(damaged.id() + ".json");
    Files.writeString(file, Files.readString(file).substring(0, 50));

    assertFails(Reason.UNREADABLE, "Some files cannot be read", "--leave-unreadable");
    assertThat(said).anyMatch(line -> line.contains(damaged.id().value()));
    assertThatExceptionOfType(DatabaseRefusedException.class).isThrownBy(this::openDatabase);

    List<String> _ = migration(data, fresh.connections(), true).run(StoreMigrationTest::doNothing);
    try (Store inDatabase = openDatabase()) {
      assertThat(inDatabase.workOrders().counts().total()).isEqualTo(8);
      assertThat(inDatabase.workOrders().find(damaged.id())).isEmpty();
    }
  }

  @Test
  void damagedUsageAndPausesAreNamedAndNotPassedOver() throws IOException {
    SampleStore.fill(data, 8, 9);
    Path usage;
    try (Stream<Path> days = Files.list(data.resolve("usage"))) {
      usage = days.findFirst().orElseThrow();
    }
    Files.writeString(usage, "{damaged\n", StandardOpenOption.APPEND);
    Files.writeString(data.resolve("agent-pauses.json"), "{damaged");

    assertFails(Reason.UNREADABLE, "Some files cannot be read", "--leave-unreadable");

    assertThat(said)
        .anyMatch(line -> line.contains("usage/" + usage.getFileName()))
        .anyMatch(line -> line.contains("agent-pauses.json"));
  }

  @ParameterizedTest
  @CsvSource({
    "work_orders, NEW.body := NEW.body || '\\x20', The order wo_",
    "work_orders, NEW.updated_at := 1, The order wo_",
    "work_orders, NEW.labels := '{team\\=x}', The order wo_",
    "work_orders, NEW.repository := 'else/where', The order wo_",
    "work_orders, NEW.created_at := 1, The order wo_",
    "work_orders, NEW.agent_type := 'x', The order wo_",
    "work_orders, NEW.failure_reason := 'lost', The order wo_",
    "work_orders, NEW.runs := '{run_x}', The order wo_",
    "queue, NEW.rank := NEW.rank + 1, in the queue is different",
    "queue, NEW.priority := NEW.priority + 1, in the queue is different",
    "idempotency_keys, NEW.order_id := 'x', The idempotency key of wo_",
    "runs, NEW.body := NEW.body || '\\x20', The record of run_",
    "runs, NEW.unpublished := NOT NEW.unpublished, The record of run_",
    "runs, NEW.order_id := 'x', The record of run_",
    "run_files, NEW.position := NEW.position + 1, The log or the changes of run_",
    "run_usage, NEW.body := NEW.body || '\\x20', used is different",
    "run_usage, NEW.started_at := 1, used is different",
    "run_usage, NEW.has_cost := NOT NEW.has_cost, used is different",
    "status_changes, NEW.failed := 7, The database has ",
  })
  void whatTheDatabaseHasMadeOfItIsCompared(String table, String change, String expected)
      throws Exception {
    SampleStore.fill(data, 40, 9);
    try (Connection connection = fresh.connections().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(
          """
          CREATE FUNCTION damage() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN %s; RETURN NEW; END $$;
          CREATE TRIGGER damage BEFORE INSERT ON %s FOR EACH ROW EXECUTE FUNCTION damage()
          """
              .formatted(change, table));
    }

    assertFails(Reason.DIFFERENT, expected);

    assertThatExceptionOfType(DatabaseRefusedException.class).isThrownBy(this::openDatabase);
  }

  @Test
  void aProcessWhoseCopyAnotherOneTookOverWritesNothingMore() {
    PostgresImport first = new PostgresImport(fresh.connections(), Optional.empty());
    PostgresImport second = new PostgresImport(fresh.connections(), Optional.empty());
    first.begin();
    second.begin();

    assertThatExceptionOfType(DatabaseBusyException.class)
        .isThrownBy(() -> first.putOrders(List.of(WorkOrders.queued()), List.of()));
    assertThatExceptionOfType(DatabaseBusyException.class).isThrownBy(first::complete);
    assertThatExceptionOfType(DatabaseBusyException.class)
        .isThrownBy(() -> first.putPauses(Map.of("claude-code", PAUSE), true));
    assertThat(second.check().agentPauses()).isEmpty();
    assertThat(second.check().isPaused()).isFalse();
    second.complete();
  }

  @Test
  void whatWouldPreventACopyIsNoGoodPlan() throws IOException {
    SampleStore.fill(data, 8, 12);
    Files.writeString(data.resolve("agent-pauses.json"), "{damaged");

    assertThatExceptionOfType(MigrationFailedException.class)
        .isThrownBy(() -> migration(data, fresh.connections(), false).plan())
        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.UNREADABLE))
        .withMessageContaining("Orders: 8")
        .withMessageContaining("--leave-unreadable");
    assertThat(migration(data, fresh.connections(), true).plan())
        .anyMatch(it -> it.startsWith("Orders: 8"));
  }

  @Test
  void anotherAttemptMayCopySmallerFilesOnly() throws IOException {
    SampleStore.fill(data, 60, 13);
    assertThatThrownBy(() ->
            migration(data, fresh.connections(), false)
                .run(() -> {
                  throw new IllegalStateException("the end");
                }))
        .hasMessage("the end");

    List<String> _ = migrationWithoutFiles().run(StoreMigrationTest::doNothing);

    try (Store inDatabase = openDatabase()) {
      assertThat(Everything.in(inDatabase).runs().keySet()).noneMatch(inDatabase.archive()::has);
    }
  }

  @Test
  void ordersAreReadAFewAtATimeIfTheyAreLarge() throws IOException {
    int large = 40;
    try (Store files = FileStore.open(data, Clock.systemUTC())) {
      for (int i = 0; i < large; i++) {
        assertThat(files.workOrders().insert(WorkOrders.withPrompt("x".repeat(262_144)))).isEmpty();
      }
    }
    FileStoreReader reader = FileStoreReader.open(data);
    List<Integer> sizes = new ArrayList<>();

    new SliceReader(reader, SampleStore.files(data), INSTANCE, UNLIMITED)
        .read(reader.ids(), slice -> sizes.add(slice.orders().size()));

    assertThat(sizes).allMatch(size -> size <= SliceReader.LENGTH_AT_ONCE / 262_144 + 1);
    assertThat(sizes.stream().mapToInt(it -> it).sum()).isEqualTo(large);
  }

  @Test
  void aPlanChangesNothing() throws IOException {
    SampleStore.fill(data, 8, 10);

    assertThat(migration(data, fresh.connections(), false).plan())
        .anyMatch(it -> it.startsWith("Orders: 8"));

    try (Store inDatabase = openDatabase()) {
      assertThat(inDatabase.workOrders().counts().total()).isZero();
    }
  }

  @Test
  void filesThatAreTooLargeStayWhereTheyAre() throws IOException {
    SampleStore.fill(data, 60, 11);

    List<String> _ = migrationWithoutFiles().run(StoreMigrationTest::doNothing);

    try (Store inDatabase = openDatabase()) {
      Everything everything = Everything.in(inDatabase);
      assertThat(everything.runs()).isNotEmpty();
      assertThat(everything.runs().keySet()).noneMatch(inDatabase.archive()::has);
    }
  }
}
