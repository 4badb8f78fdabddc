package dev.agentgate.bench;

import dev.agentgate.store.Claim;
import dev.agentgate.store.Store;
import dev.agentgate.store.json.WorkOrderCodec;
import dev.agentgate.store.postgres.Home;
import dev.agentgate.store.postgres.Member;
import dev.agentgate.store.postgres.PostgresStore;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrders;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;

/**
 * Measures the PostgreSQL store without HTTP, on a server of its own that syncs each commit; run by
 * hand. The unit is what as many connections reach on the same server with plain inserts into one
 * table, and with updates of it that choose rows by {@code SKIP LOCKED}. All take turns.
 */
public final class PostgresBench {
  private static final Duration MOST = Duration.ofMinutes(20);
  private static final Duration EACH = Duration.ofSeconds(4);
  private static final int HISTORY = 1_000_000;
  private static final int CLIENTS = 16;
  private static final int INSTANCES = 3;
  private static final int SLOTS = 8;
  private static final int WAITING = 5_000;
  private static final Clock CLOCK = Clock.systemUTC();

  private static final AtomicInteger NEXT = new AtomicInteger();

  private final EmbeddedPostgres server;

  private PostgresBench(EmbeddedPostgres server) {
    this.server = server;
  }

  /**
   * Runs everything.
   *
   * @param args the directory of the server, which is made; the number of rounds
   */
  public static void main(String[] args) throws Exception {
    TimeLimit.begin(MOST);
    Path directory = Files.createDirectories(Path.of(args[0]));
    int rounds = Integer.parseInt(args[1]);
    try (EmbeddedPostgres server =
        EmbeddedPostgres.builder()
            .setDataDirectory(directory.resolve("data"))
            .setOverrideWorkingDirectory(directory.resolve("programs").toFile())
            .setPGStartupWait(Duration.ofMinutes(1))
            .setServerConfig("max_connections", "200")
            .setServerConfig("shared_buffers", "512MB")
            .setServerConfig("max_wal_size", "4GB")
            .setServerConfig("fsync", "on")
            .setServerConfig("full_page_writes", "on")
            .setServerConfig("synchronous_commit", "on")
            .start()) {
      new PostgresBench(server).run(rounds);
    }
  }

  private void run(int rounds) throws Exception {
    Map<String, Samples> ratios = new LinkedHashMap<>();
    try (Bare bare = new Bare(pool("bare"));
        Replicas empty = replicas("fresh", 0);
        Replicas full = replicas("old", HISTORY)) {
      // The first round warms everything up.
      for (int round = 0; round <= rounds; round++) {
        Map<String, Samples> those = round == 0 ? new HashMap<>() : ratios;
        bare.create();
        compare(those, "submits", bare.inserts(), empty.submits(), full.submits());
        double claims = empty.claims();
        double claimsOfFull = full.claims();
        compare(those, "claims against one at a time", bare.claims(1), claims, claimsOfFull);
        compare(those, "claims against as many", bare.claims(SLOTS), claims, claimsOfFull);
      }
    }
    System.out.printf(
        Locale.ROOT,
        "Medians of %d rounds; %d clients, %d instances with %d free slots each, history of %d orders%n",
        rounds,
        CLIENTS,
        INSTANCES,
        SLOTS,
        HISTORY);
    ratios.forEach((name, samples) ->
        System.out.printf(
            Locale.ROOT,
            "%s: %.2f (%.2f to %.2f)%n",
            name,
            samples.median(),
            samples.least(),
            samples.most()));
  }

  private static void compare(
      Map<String, Samples> ratios, String what, double bare, double empty, double full) {
    System.out.printf(
        Locale.ROOT,
        "%s: bare %.0f/s, without history %.0f/s, with history %.0f/s%n",
        what,
        bare,
        empty,
        full);
    add(ratios, what + ", without history/bare", empty / bare);
    add(ratios, what + ", with history/bare", full / bare);
    add(ratios, what + ", with/without history", full / empty);
  }

  private static void add(Map<String, Samples> ratios, String name, double ratio) {
    ratios.computeIfAbsent(name, _ -> new Samples()).add(ratio);
  }

  private AgroalDataSource pool(String database) throws SQLException {
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + database + " ENCODING 'UTF8' TEMPLATE template0");
    }
    String url = server.getJdbcUrl("postgres", database);
    return AgroalDataSource.from(
        new AgroalDataSourceConfigurationSupplier()
            .connectionPoolConfiguration(pool ->
                pool.maxSize(20 * INSTANCES)
                    .acquisitionTimeout(Duration.ofSeconds(60))
                    .connectionFactoryConfiguration(factory -> factory.jdbcUrl(url))));
  }

  private Replicas replicas(String database, int history) throws SQLException {
    AgroalDataSource connections = pool(database);
    Flyway.configure()
        .dataSource(connections)
        .locations("classpath:dev/agentgate/store/postgres/migration")
        .load()
        .migrate();
    List<Store> stores = new ArrayList<>();
    for (int i = 0; i < INSTANCES; i++) {
      stores.add(
          PostgresStore.open(
              connections,
              connections.getConfiguration().connectionPoolConfiguration().maxSize(),
              new Member(
                  new InstanceId("instance" + i),
                  new Home("home" + i, "localhost"),
                  Optional.of(Duration.ofMinutes(30))),
              CLOCK,
              Optional.empty(),
              () -> {}));
    }
    Replicas replicas = new Replicas(connections, stores);
    replicas.store(history);
    return replicas;
  }

  private static void execute(AgroalDataSource connections, String sql) throws SQLException {
    try (Connection connection = connections.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static WorkOrder order() {
    return SampleOrders.waiting(NEXT.getAndIncrement(), CLOCK.instant());
  }

  /** Does something, and returns how many and how long it took. */
  @FunctionalInterface
  private interface Call {
    Done call() throws Exception;
  }

  private record Done(int count, long nanos) {
    static Done since(long nanoTime, int count) {
      return new Done(count, System.nanoTime() - nanoTime);
    }
  }

  /** Repeats each call on a thread of its own; returns how many all did a second. */
  private static double perSecond(List<Call> calls) throws Exception {
    long end = System.nanoTime() + EACH.toNanos();
    try (ExecutorService executor = Executors.newFixedThreadPool(calls.size())) {
      List<Future<Double>> rates = new ArrayList<>();
      for (Call call : calls) {
        rates.add(
            executor.submit(() -> {
              long count = 0;
              long nanos = 0;
              while (System.nanoTime() < end) {
                Done done = call.call();
                count += done.count();
                nanos += done.nanos();
              }
              return count * 1e9 / nanos;
            }));
      }
      double all = 0;
      for (Future<Double> rate : rates) {
        all += rate.get();
      }
      return all;
    }
  }

  /** A table as plain as a queue can be. */
  private record Bare(AgroalDataSource connections) implements AutoCloseable {
    void create() throws SQLException {
      execute(
          connections,
          """
          DROP TABLE IF EXISTS bare;
          CREATE TABLE bare (number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            taken boolean NOT NULL DEFAULT false, body bytea NOT NULL);
          CREATE INDEX ON bare (number) WHERE NOT taken;
          INSERT INTO bare (body) SELECT decode(repeat('7b', 1000), 'hex')
          FROM generate_series(1, %d)
          """
              .formatted(20 * WAITING));
      execute(connections, "VACUUM ANALYZE bare");
    }

    double inserts() throws Exception {
      return perSecond(
          Collections.nCopies(
              CLIENTS,
              () -> {
                byte[] body = WorkOrderCodec.encode(order());
                long began = System.nanoTime();
                try (Connection connection = connections.getConnection();
                    PreparedStatement insert =
                        connection.prepareStatement("INSERT INTO bare (body) VALUES (?)")) {
                  insert.setBytes(1, body);
                  return Done.since(began, insert.executeUpdate());
                }
              }));
    }

    double claims(int most) throws Exception {
      return perSecond(
          Collections.nCopies(
              INSTANCES,
              () -> {
                long began = System.nanoTime();
                try (Connection connection = connections.getConnection();
                    PreparedStatement update =
                        connection.prepareStatement(
                            """
                            UPDATE bare SET taken = true
                            WHERE number IN (SELECT number FROM bare WHERE NOT taken
                              ORDER BY number LIMIT %d FOR UPDATE SKIP LOCKED)
                            RETURNING body
                            """
                                .formatted(most));
                    ResultSet rows = update.executeQuery()) {
                  int taken = 0;
                  while (rows.next()) {
                    byte[] _ = rows.getBytes(1);
                    taken++;
                  }
                  return Done.since(began, taken);
                }
              }));
    }

    @Override
    public void close() {
      connections.close();
    }
  }

  /** Several instances that share a database. */
  private record Replicas(AgroalDataSource connections, List<Store> stores)
      implements AutoCloseable {

    double submits() throws Exception {
      List<Call> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        Store store = stores.get(i % INSTANCES);
        clients.add(() -> {
          WorkOrder order = order();
          long began = System.nanoTime();
          boolean added = store.workOrders().insert(order).isEmpty();
          return Done.since(began, added ? 1 : 0);
        });
      }
      return perSecond(clients);
    }

    /** Claims and completes; only the claims are timed. */
    double claims() throws Exception {
      return perSecond(stores.stream().<Call>map(store -> () -> claim(store)).toList());
    }

    private static Done claim(Store store) {
      Claim claim =
          new Claim(SLOTS, 1_000, false, Optional.empty(), Duration.ofMinutes(30), _ -> true);
      long began = System.nanoTime();
      List<WorkOrder> claimed = store.queue().claim(claim);
      Done done = Done.since(began, claimed.size());
      for (WorkOrder order : claimed) {
        boolean _ = store.workOrders().update(order.complete(CLOCK.instant()));
      }
      if (claimed.isEmpty()) {
        var _ =
            store.workOrders().insertAll(Stream.generate(PostgresBench::order).limit(500).toList());
      }
      return done;
    }

    /** Stores finished orders: copies of a few, which have other ids. */
    void store(int count) throws SQLException {
      int samples = 20;
      for (int i = 0; i < samples; i++) {
        Instant now = CLOCK.instant();
        WorkOrder order = order().start(RunId.next(now), now, WorkOrders.LEASE).complete(now);
        var _ = stores.getFirst().workOrders().insert(order);
      }
      execute(
          connections,
          """
          CREATE TABLE sample AS SELECT row_number() OVER () - 1 AS n, * FROM work_orders;
          INSERT INTO work_orders
          SELECT stem || lpad(g::text, 9, '0'), revision, status, owner, agent_type, repository,
            failure_reason, labels, created_at, updated_at, runs,
            convert_to(replace(convert_from(body, 'UTF8'), id, stem || lpad(g::text, 9, '0')),
              'UTF8')
          FROM (SELECT *, left(id, -9) AS stem FROM sample) s
          JOIN generate_series(1, %d) g ON g %% %d = n;
          INSERT INTO idempotency_keys SELECT 'past' || id, id FROM work_orders;
          INSERT INTO status_changes VALUES (0, 0, %d, 0, 0);
          DROP TABLE sample
          """
              .formatted(count, samples, count));
      execute(connections, "VACUUM ANALYZE");
    }

    @Override
    public void close() {
      stores.forEach(Store::close);
      connections.close();
    }
  }
}
