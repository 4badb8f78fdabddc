package dev.agentgate.it;

import static dev.agentgate.it.Client.JSON;
import static dev.agentgate.it.Client.script;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.agentgate.it.Client.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What was acknowledged is never lost, and nothing is there twice. */
@Timeout(1800)
class DurabilityIT {
  private static final int WRITERS = 8;

  @TempDir Path home;

  @Test
  void anOrderIsThereOnceThoughTheServiceIsKilledTheMomentItIsAcknowledged() {
    int rounds = Rounds.of(15, 100);
    try (Service service = Service.in(home).with("AGENTGATE_QUEUE_AUTO_PROCESS", "false")) {
      service.start();
      List<String> ids = new ArrayList<>();
      for (int round = 0; round < rounds; round++) {
        ids.add(service.client().submit("echo " + round));
        service.kill9AndRestart();
        assertThat(service.client().order(ids.getLast()).path("taskPrompt").asText())
            .isEqualTo("echo " + round);
      }
      assertThat(Client.ids(service.client().orders())).containsExactlyInAnyOrderElementsOf(ids);
      assertOrderFilesAreWhole(service, ids.size());
    }
  }

  @Test
  void aThousandOrdersSurviveKillsAtRandomMoments() throws Exception {
    int orders = 1000;
    int kills = Rounds.of(4, 30);
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Map<String, String> acknowledged = new ConcurrentHashMap<>();
    AtomicInteger next = new AtomicInteger();
    try (Service service = Service.in(home).with("AGENTGATE_QUEUE_AUTO_PROCESS", "false");
        ExecutorService writers = Executors.newFixedThreadPool(WRITERS)) {
      service.start();
      List<Future<?>> ends = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        ends.add(
            writers.submit(() -> {
              for (int n = next.getAndIncrement(); n < orders; n = next.getAndIncrement()) {
                acknowledged.put("key-" + n, submitUntilAcknowledged(service.client(), n));
              }
            }));
      }
      for (int kill = 0; kill < kills; kill++) {
        int until = orders * (kill + 1) / (kills + 1) + random.nextInt(20);
        while (next.get() < until) {
          LockSupport.parkNanos(random.nextInt(500_000));
        }
        service.kill9AndRestart();
      }
      for (Future<?> end : ends) {
        end.get();
      }
      service.kill9AndRestart();

      assertThat(acknowledged).as("seed " + seed).hasSize(orders);
      List<JsonNode> there = service.client().orders();
      assertThat(Client.ids(there))
          .as("seed " + seed)
          .containsExactlyInAnyOrderElementsOf(acknowledged.values());
      Map<String, String> prompts = new HashMap<>();
      there.forEach(
          order -> prompts.put(order.path("id").asText(), order.path("taskPrompt").asText()));
      acknowledged.forEach(
          (key, id) -> assertThat(prompts).as("seed " + seed).containsEntry(id, "echo " + key));
      assertOrderFilesAreWhole(service, orders);
    }
  }

  private static String submitUntilAcknowledged(Client client, int n) {
    while (true) {
      try {
        Answer answer =
            client.post("/work-orders", script("echo key-" + n), "Idempotency-Key", "key-" + n);
        if (answer.status() == 201 || answer.status() == 200) {
          return answer.json().path("id").asText();
        }
        throw new AssertionError(answer.status() + " " + answer.text());
      } catch (UncheckedIOException e) {
        // It was killed: nobody knows whether the order was taken, so it is sent again.
        LockSupport.parkNanos(20_000_000);
      }
    }
  }

  /** After a clean stop, when nothing is left to be written. */
  private static void assertOrderFilesAreWhole(Service service, int expected) {
    service.terminate();
    service.awaitExit();
    if (!service.keepsOrdersInFiles()) {
      return;
    }
    Path directory = service.data().resolve("work-orders");
    try (Stream<Path> files = Files.list(directory)) {
      List<Path> orders = files.filter(Files::isRegularFile).toList();
      assertThat(orders).hasSize(expected);
      for (Path file : orders) {
        JsonNode order = JSON.readTree(file.toFile());
        assertThat(file.getFileName()).hasToString(order.path("id").asText() + ".json");
        assertThat(order.path("schemaVersion").asInt()).isPositive();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String[] quarantined = directory.resolve(".quarantine").toFile().list();
    assertThat(quarantined == null ? new String[0] : quarantined).isEmpty();
  }
}
