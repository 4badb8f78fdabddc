package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.agentgate.store.postgres.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several services on one database. */
class ReplicasIT {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final int SLOTS = 4;
  private static final int CLIENTS = 9;

  @TempDir Path directory;

  private final String database = PostgresServer.emptyDatabase();
  private Duration lease = Duration.ofMinutes(10);
  private final List<Service> replicas = new ArrayList<>();

  @AfterEach
  void close() {
    replicas.forEach(Service::close);
  }

  private Service replica(String name) throws IOException {
    Service replica =
        Service.in(Files.createDirectories(directory.resolve(name)))
            .onPostgres(database)
            .with("AGENTGATE_INSTANCE_ID", name)
            .with("AGENTGATE_STORE_LEASE", lease)
            .with("AGENTGATE_QUEUE_MAX_CONCURRENT", SLOTS);
    replicas.add(replica);
    return replica;
  }

  /** Starts them all together: they prepare the empty database at the same time. */
  private void startAll(String... names) throws Exception {
    for (String name : names) {
      replica(name);
    }
    inParallel(replicas.stream().<Callable<Duration>>map(replica -> replica::start).toList());
  }

  private static <T> List<T> inParallel(List<Callable<T>> calls)
      throws InterruptedException, ExecutionException {
    List<T> results = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(CLIENTS)) {
      for (Future<T> result : threads.invokeAll(calls)) {
        results.add(result.get());
      }
    }
    return results;
  }

  @Test
  void everyOrderRunsOnceInTheOrderOfPriorityAndEachReplicaDoesItsShare() throws Exception {
    startAll("one", "two", "three");
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int orders = Rounds.of(120, 2_000);
    Path ran = replicas.getFirst().outside("ran");
    Client any = replicas.getFirst().client();
    assertThat(any.post("/queue/pause").status()).isEqualTo(200);
    List<Callable<String>> submits = new ArrayList<>();
    Map<String, Integer> priorities = new HashMap<>();
    List<Integer> chosen = new ArrayList<>();
    for (int i = 0; i < orders; i++) {
      Client client = replicas.get(i % replicas.size()).client();
      int priority = random.nextInt(10);
      chosen.add(priority);
      submits.add(() ->
          client.submit(
              "echo $AGENTGATE_WORK_ORDER_ID $PWD >>'" + ran + "'",
              body -> body.put("priority", priority)));
    }
    List<String> ids = inParallel(submits);
    for (int i = 0; i < orders; i++) {
      priorities.put(ids.get(i), chosen.get(i));
    }

    assertThat(replicas.getLast().client().post("/queue/resume").status()).isEqualTo(200);

    await().atMost(PATIENCE).until(() -> completed(any) == orders);
    List<String> runs = Files.readAllLines(ran);
    assertThat(runs.stream().map(line -> line.split(" ", 2)[0]))
        .as("seed %d", seed)
        .containsExactlyInAnyOrderElementsOf(ids);
    assertThat(claimed().stream().map(priorities::get))
        .as("priorities as they were claimed; seed %d", seed)
        .isSortedAccordingTo(Comparator.reverseOrder());
    Map<Service, Long> shares =
        runs.stream()
            .map(line -> line.split(" ", 2)[1])
            .collect(Collectors.groupingBy(this::replicaOf, Collectors.counting()));
    assertThat(shares).as("every replica ran some").hasSameSizeAs(replicas);
    if (Rounds.of(0, 1) == 1) {
      double even = (double) orders / replicas.size();
      assertThat(shares.values())
          .allSatisfy(share -> assertThat((double) share).isBetween(even * 0.9, even * 1.1));
    }
  }

  private static int completed(Client client) {
    return client.get("/queue/health").json().path("completedCount").asInt();
  }

  private Service replicaOf(String workspace) {
    return replicas.stream()
        .filter(replica -> workspace.startsWith(replica.data() + "/"))
        .findFirst()
        .orElseThrow();
  }

  /** The orders as they were claimed; claims are numbered one after the other. */
  private List<String> claimed() throws SQLException {
    try (Connection connection = DriverManager.getConnection(PostgresServer.url(database));
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT order_id FROM changes WHERE status = 'running' AND revision = 2"
                    + " ORDER BY number")) {
      List<String> ids = new ArrayList<>();
      while (rows.next()) {
        ids.add(rows.getString(1));
      }
      return ids;
    }
  }

  @Test
  void theOrdersOfAKilledReplicaAreSettledByAnotherWhenItsAgentsAreDead() throws Exception {
    lease = Duration.ofSeconds(15);
    startAll("one");
    Service killed = replicas.getFirst();
    List<String> lost = new ArrayList<>();
    for (int i = 0; i < SLOTS; i++) {
      lost.add(killed.client().submit("trap '' TERM; echo up; while :; do sleep 1; done"));
    }
    lost.forEach(id -> killed.client().awaitLog(id, "up"));
    Service other = replica("two");
    other.start();

    killed.kill9();
    Instant killedAt = Instant.now();
    for (String id : lost) {
      JsonNode order = other.client().awaitEnd(id);
      assertThat(order.path("failureReason").asText()).as(order.toString()).isEqualTo("lost");
      assertThat(Machine.processesWith("AGENTGATE_WORK_ORDER_ID=" + id)).isEmpty();
      assertThat(order.path("attempt").asInt()).isEqualTo(1);
    }
    assertThat(other.metric("agentgate_orders_taken_over_total")).isEqualTo(SLOTS);
    assertThat(other.metric("agentgate_instances")).isEqualTo(1);
    assertThat(other.metric("agentgate_lease_age_seconds")).isNotNegative();
    assertThat(other.metric("agentgate_lease_remaining_seconds")).isPositive();
    assertThat(other.metric("agentgate_lease_renewals_total")).isPositive();
    if (Rounds.of(0, 1) == 1) {
      assertThat(Duration.between(killedAt, Instant.now())).isLessThan(lease.plusSeconds(5));
    }
  }

  @Test
  void aReplicaThatComesBackWithinItsLeaseAdoptsItsRuns() throws Exception {
    startAll("one");
    Service restarted = replicas.getFirst();
    Path go = restarted.outside("go");
    String id =
        restarted.client().submit("echo up; until [ -e '" + go + "' ]; do sleep 0.1; done; exit 0");
    restarted.client().awaitLog(id, "up");
    Service other = replica("two");
    other.start();

    restarted.kill9AndRestart();
    Files.createFile(go);

    JsonNode order = other.client().awaitEnd(id);
    assertThat(order.path("status").asText()).isEqualTo("completed");
    assertThat(order.path("attempt").asInt()).isEqualTo(1);
  }
}
