package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.agentgate.it.Client.Answer;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The service is killed at random moments while clients submit and cancel and agents end. */
@Timeout(3600)
class ChaosIT {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  /** Exit codes of an agent that was ended by these signals. */
  private static final int SIGTERM = 143;

  private static final int SIGKILL = 137;

  @TempDir Path home;

  private final Map<String, Boolean> acknowledged = new ConcurrentHashMap<>();
  private final Queue<String> cancelled = new ConcurrentLinkedQueue<>();

  /** Whose cancel was cut off by a kill: their agents may have been told to end, or not. */
  private final Set<String> perhapsCancelled = ConcurrentHashMap.newKeySet();

  private volatile boolean over;

  @Test
  void nothingIsLostOrRunsTwiceOrIsLeft() throws Exception {
    int rounds = Rounds.of(12, 200);
    long seed = System.nanoTime();
    Random random = new Random(seed);
    try (Service service = Service.in(home).with("AGENTGATE_QUEUE_MAX_CONCURRENT", 4)) {
      Path witness = service.outside("witness");
      service.start();
      List<Thread> clients = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        Random own = new Random(random.nextLong());
        clients.add(Thread.ofPlatform().start(() -> disturb(service.client(), own, witness)));
      }
      try {
        for (int round = 0; round < rounds; round++) {
          // Orders must go on being started and ended, so some time is left between the kills.
          LockSupport.parkNanos(random.nextLong(1_500_000_000));
          service.kill9AndRestart();
          assertRunningOrdersHaveTheirProcesses(service, "seed " + seed + ", round " + round);
        }
      } finally {
        over = true;
        for (Thread client : clients) {
          client.join();
        }
      }
      String what = "seed " + seed;
      Client client = service.client();
      Progress.awaitNone(
          "orders to end, " + what,
          () -> {
            JsonNode health = client.get("/queue/health").json();
            return health.path("runningCount").asInt() + health.path("queuedCount").asInt();
          });

      Map<String, JsonNode> orders =
          client.orders().stream()
              .collect(Collectors.toMap(order -> order.path("id").asText(), Function.identity()));
      assertThat(orders.keySet()).as(what).containsAll(acknowledged.keySet());
      assertThat(cancelled)
          .as("acknowledged as cancelled, " + what)
          .allMatch(id -> orders.get(id).path("status").asText().equals("cancelled"));
      List<String> ran = Files.exists(witness) ? Files.readAllLines(witness) : List.of();
      assertThat(ran).as("each order ran once, " + what).doesNotHaveDuplicates();
      assertThat(orders.keySet()).as(what).containsAll(ran);
      orders.forEach((id, order) -> {
        String status = order.path("status").asText();
        assertThat(status).as(order + ", " + what).isIn("completed", "failed", "cancelled");
        if (status.equals("completed")) {
          assertThat(ran).as(what).contains(id);
        }
        if (status.equals("failed")) {
          // What the scripts themselves do; "lost" would be a run that the service let go.
          assertThat(order.path("exitCode").asInt())
              .as(order + ", " + what)
              .isIn(perhapsCancelled.contains(id) ? List.of(3, SIGTERM, SIGKILL) : List.of(3));
        }
      });
      assertThat(service.processes()).as(what).isEmpty();
      Set<String> runs = new HashSet<>();
      for (String id : orders.keySet()) {
        client
            .get("/work-orders/" + id + "/runs")
            .json()
            .path("items")
            .forEach(run -> runs.add(run.path("id").asText()));
      }
      assertStraysNeverBeganAndGo(service, runs, what);
      assertThat(service.said().lines().filter(line -> line.contains("without a supervisor")))
          .as("found by the stale check instead of taken over at the start, " + what)
          .isEmpty();
      System.out.printf(
          "Chaos: %d kills, %d orders, %d ran, %d cancelled%n",
          rounds, orders.size(), ran.size(), cancelled.size());
    }
  }

  /**
   * A kill between preparing a run and claiming its order leaves the run's record, which the next
   * cleanup removes once it is an hour old.
   */
  private static void assertStraysNeverBeganAndGo(Service service, Set<String> runs, String what) {
    List<String> strays = service.runFiles().stream().filter(run -> !runs.contains(run)).toList();
    Path root = service.data().resolve("runs");
    assertThat(strays)
        .as("strays that ran, " + what)
        .allMatch(run -> !Files.exists(root.resolve(run).resolve("output.log")))
        .allMatch(run -> !Files.exists(service.data().resolve("workspaces").resolve(run)));
    service.kill9();
    for (String run : service.runFiles()) {
      Path directory = root.resolve(run);
      if (Files.exists(directory)) {
        Service.run("touch", "-d", "2 hours ago", directory.toString());
      }
    }
    service.start();
    Progress.awaitNone(
        "strays to go, " + what,
        () -> (int) service.runFiles().stream().filter(run -> !runs.contains(run)).count());
    assertThat(service.runFiles()).as(what).containsAll(runs);
    System.out.printf("Chaos: %d strays%n", strays.size());
  }

  /** What a running order's supervisor took over must be there, and no process without an order. */
  private static void assertRunningOrdersHaveTheirProcesses(Service service, String what) {
    await(what)
        .atMost(PATIENCE)
        .untilAsserted(() -> {
          List<String> running = new ArrayList<>();
          service
              .client()
              .get("/work-orders?status=running&limit=100")
              .json()
              .path("items")
              .forEach(order -> running.add(order.path("id").asText()));
          Set<String> living = Machine.workOrdersOf(service.data());
          assertThat(running).containsExactlyInAnyOrderElementsOf(living);
        });
  }

  private void disturb(Client client, Random random, Path witness) {
    List<String> mine = new ArrayList<>();
    while (!over) {
      try {
        if (random.nextInt(4) > 0 || mine.isEmpty()) {
          String script =
              "echo $AGENTGATE_WORK_ORDER_ID >>%s; sleep %.2f; exit %d"
                  .formatted(witness, random.nextDouble(), random.nextInt(4) == 0 ? 3 : 0);
          Answer answer = client.post("/work-orders", Client.script(script));
          if (answer.status() == 201) {
            String id = answer.json().path("id").asText();
            acknowledged.put(id, true);
            mine.add(id);
          }
        } else {
          String id = mine.remove(random.nextInt(mine.size()));
          perhapsCancelled.add(id);
          int status = client.post("/work-orders/" + id + "/cancel").status();
          perhapsCancelled.remove(id);
          if (status == 200) {
            cancelled.add(id);
          }
        }
      } catch (UncheckedIOException e) {
        // The service was killed; nothing was promised.
      }
      LockSupport.parkNanos(random.nextLong(200_000_000));
    }
  }
}
