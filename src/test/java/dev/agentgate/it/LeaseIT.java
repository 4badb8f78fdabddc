package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.agentgate.it.DatabaseProxy.Fault;
import dev.agentgate.it.RunStamps.Span;
import dev.agentgate.store.postgres.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two replicas on one database, of which one loses the database, is stopped or is killed. */
class LeaseIT {
  private static final Duration LEASE = Duration.ofSeconds(6);
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final int ROUNDS = Rounds.of(3, 200);

  @TempDir Path home;

  private final String database = PostgresServer.emptyDatabase();
  private final List<Replica> replicas = new ArrayList<>();
  private Replica one;
  private Replica two;

  /** A replica and the way to its database. */
  private record Replica(Service service, DatabaseProxy proxy) {
    void stop() {
      Machine.kill(service.pid(), "STOP");
    }

    void resume() {
      Machine.kill(service.pid(), "CONT");
    }

    Client client() {
      return service.client();
    }
  }

  @BeforeEach
  void startBoth() throws IOException {
    one = replica("one");
    one.service().start();
    two = replica("two");
    two.service().start();
  }

  private Replica replica(String id) throws IOException {
    DatabaseProxy proxy = new DatabaseProxy(PostgresServer.port());
    Service service =
        Service.in(Files.createDirectory(home.resolve(id)))
            .onPostgres(database)
            .with("QUARKUS_DATASOURCE_JDBC_URL", PostgresServer.url(database, proxy.port()))
            .with("AGENTGATE_INSTANCE_ID", id)
            .with("AGENTGATE_STORE_LEASE", LEASE);
    Replica replica = new Replica(service, proxy);
    replicas.add(replica);
    return replica;
  }

  @AfterEach
  void closeBoth() {
    for (Replica replica : replicas) {
      replica.proxy().set(Fault.NONE);
      if (replica.service().isAlive()) {
        replica.resume();
      }
      replica.service().close();
      replica.proxy().close();
    }
  }

  private String submitTo(Replica replica, RunStamps stamps) {
    return replica
        .client()
        .submit(
            stamps.script(),
            body -> {
              ObjectNode config = body.putObject("config");
              config.put("maxAttempts", 5);
              config.putArray("retryOn").add("lost");
            });
  }

  /** Waits until an order runs on a replica; returns the replica. */
  private Replica awaitOwner(RunStamps stamps) {
    await().atMost(PATIENCE).until(() -> !stamps.spans().isEmpty());
    return ownerOf(stamps.spans().getLast());
  }

  private Replica ownerOf(Span run) {
    return run.workspace().startsWith(one.service().data()) ? one : two;
  }

  private Replica other(Replica replica) {
    return replica.equals(one) ? two : one;
  }

  @ParameterizedTest
  @EnumSource(names = {"DROP", "HALF_OPEN"})
  void theAgentsOfAReplicaThatLosesTheDatabaseAreDeadBeforeItsLeaseIsOver(Fault fault) {
    RunStamps stamps = new RunStamps(home.resolve("stamps"));
    String id = submitTo(one, stamps);
    Replica owner = awaitOwner(stamps);
    Duration cut = RunStamps.uptime();

    owner.proxy().set(fault);

    await().atMost(PATIENCE).until(() -> stamps.spans().size() == 2);
    List<Span> spans = stamps.spans();
    assertThat(spans.getFirst().last()).isLessThan(cut.plus(LEASE));
    assertThat(spans.get(1).first()).isGreaterThan(spans.getFirst().last());
    assertThat(ownerOf(spans.get(1))).isEqualTo(other(owner));
    assertThat(owner.service().probe("/q/health/ready").status()).isEqualTo(503);
    assertThat(owner.service().probe("/q/health/live").status()).isEqualTo(200);

    owner.proxy().set(Fault.NONE);
    owner.service().awaitReady();
    stamps.finish();
    assertThat(two.client().awaitEnd(id).path("status").asText()).isEqualTo("completed");
    assertThat(stamps.spans()).hasSize(2);
    RunStamps next = new RunStamps(home.resolve("next"));
    next.finish();
    String again = submitTo(owner, next);
    assertThat(owner.client().awaitEnd(again).path("status").asText()).isEqualTo("completed");
  }

  @Test
  void aReplicaThatWasCutOffUntilTheOthersForgotItComesBackByItself() throws Exception {
    RunStamps stamps = new RunStamps(home.resolve("stamps"));
    String id = submitTo(one, stamps);
    Replica owner = awaitOwner(stamps);
    long pid = owner.service().pid();
    owner.proxy().set(Fault.DROP);
    await().atMost(PATIENCE).until(() -> stamps.spans().size() == 2);
    stamps.finish();
    assertThat(other(owner).client().awaitEnd(id).path("status").asText()).isEqualTo("completed");
    try (Connection connection = DriverManager.getConnection(PostgresServer.url(database));
        Statement statement = connection.createStatement()) {
      statement.execute(
          "UPDATE instances SET lease_until = lease_until - interval '2 days'"
              + " WHERE lease_until < clock_timestamp()");
      // An instance that starts forgets those that have been silent for a day.
      Replica three = replica("three");
      three.service().start();
      try (ResultSet row = statement.executeQuery("SELECT count(*) FROM instances")) {
        assertThat(row.next()).isTrue();
        assertThat(row.getInt(1)).isEqualTo(2);
      }
      three.service().close();
    }
    other(owner).service().close();

    owner.proxy().set(Fault.NONE);

    owner.service().awaitReady();
    RunStamps next = new RunStamps(home.resolve("next"));
    next.finish();
    String again = submitTo(owner, next);
    assertThat(owner.client().awaitEnd(again).path("status").asText()).isEqualTo("completed");
    assertThat(owner.service().pid()).isEqualTo(pid);
    assertThat(owner.client().order(id).path("status").asText()).isEqualTo("completed");
  }

  @Test
  void aReplicaThatIsStoppedForLongerThanItsLeaseHasDeadAgentsAndRunsNothingTwice() {
    RunStamps stamps = new RunStamps(home.resolve("stamps"));
    String id = submitTo(two, stamps);
    Replica owner = awaitOwner(stamps);
    Duration stopped = RunStamps.uptime();

    owner.stop();

    await().atMost(PATIENCE).until(() -> stamps.spans().size() == 2);
    assertThat(stamps.spans().getFirst().last()).isLessThan(stopped.plus(LEASE));
    owner.resume();
    owner.service().awaitReady();
    stamps.finish();
    assertThat(other(owner).client().awaitEnd(id).path("status").asText()).isEqualTo("completed");
    assertThat(stamps.spans()).hasSize(2);
    stamps.assertOneAtATime();
    assertThat(owner.client().order(id).path("status").asText()).isEqualTo("completed");
  }

  @Test
  void anOrderOfAKilledReplicaIsRunAgainByTheOtherOnce() {
    RunStamps stamps = new RunStamps(home.resolve("stamps"));
    String id = submitTo(one, stamps);
    Replica owner = awaitOwner(stamps);

    owner.service().kill9();

    await().atMost(PATIENCE).until(() -> stamps.spans().size() == 2);
    stamps.finish();
    assertThat(other(owner).client().awaitEnd(id).path("status").asText()).isEqualTo("completed");
    stamps.assertOneAtATime();
  }

  @Test
  void noOrderEverRunsInTwoPlaces() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      String name = "seed " + seed + ", round " + round;
      List<RunStamps> all = new ArrayList<>();
      List<String> ids = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        all.add(new RunStamps(home.resolve("stamps-" + round + "-" + i)));
        ids.add(submitTo(random.nextBoolean() ? one : two, all.getLast()));
      }
      if (random.nextBoolean()) {
        all.forEach(this::awaitOwner);
      } else {
        // The trouble meets a submit, a claim, a checkout or the start of an agent.
        pause(random.nextLong(1_000));
      }
      List<Trouble> troubles = troubles(random);
      for (Trouble trouble : troubles) {
        trouble.begin();
        pause(random.nextLong(LEASE.toMillis() / 2));
      }
      pause(random.nextLong(LEASE.toMillis() * 3 / 2));
      Collections.shuffle(troubles, random);
      for (Trouble trouble : troubles) {
        trouble.end();
        pause(random.nextLong(1_000));
      }
      replicas.forEach(replica -> replica.service().awaitReady());
      all.forEach(RunStamps::finish);
      for (String id : ids) {
        assertThat(one.client().awaitEnd(id).path("status").asText())
            .as(name)
            .isEqualTo("completed");
      }
      all.forEach(RunStamps::assertOneAtATime);
    }
  }

  /** Something that happens to one replica or, now and then, to both. */
  private List<Trouble> troubles(Random random) {
    List<Replica> victims = new ArrayList<>(replicas);
    Collections.shuffle(victims, random);
    int count = random.nextInt(3) == 0 ? 2 : 1;
    return new ArrayList<>(
        victims.subList(0, count).stream()
            .map(victim -> new Trouble(victim, random.nextInt(5)))
            .toList());
  }

  private static void pause(long millis) {
    Duration end = RunStamps.uptime().plusMillis(millis);
    await().atMost(PATIENCE).until(() -> RunStamps.uptime().compareTo(end) >= 0);
  }

  private record Trouble(Replica victim, int kind) {
    void begin() {
      switch (kind) {
        case 0 -> victim.proxy().set(Fault.DROP);
        case 1 -> victim.proxy().set(Fault.HALF_OPEN);
        case 2 -> victim.proxy().set(Fault.DELAY);
        case 3 -> victim.stop();
        default -> victim.service().kill9();
      }
    }

    void end() {
      switch (kind) {
        case 3 -> victim.resume();
        case 4 -> victim.service().launch();
        default -> victim.proxy().set(Fault.NONE);
      }
    }
  }
}
