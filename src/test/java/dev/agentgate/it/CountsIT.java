package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What health, metrics and list say of the same orders. */
@Timeout(300)
class CountsIT {
  private static final int CLIENTS = 8;
  private static final int OPERATIONS = 10_000;
  private static final long SEED = 20_260_131;

  @TempDir Path home;

  @Test
  void countsAgreeAfterTenThousandMixedOperations() throws Exception {
    try (Service service =
        Service.in(home)
            .with("AGENTGATE_QUEUE_AUTO_PROCESS", "false")
            .with("AGENTGATE_QUEUE_MAX_CONCURRENT", "2")) {
      service.start();
      Client client = service.client();
      try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
          Random random = new Random(SEED + i);
          all.add(clients.submit(() -> operate(client, random)));
        }
        for (Future<?> one : all) {
          one.get();
        }
      }
      // Orders whose run was requested go on starting, two at a time; then nothing changes any
      // more.
      await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> assertCountsAgree(service));
    }
  }

  private static void assertCountsAgree(Service service) {
    Client client = service.client();
    JsonNode health = client.get("/queue/health").json();
    String metrics = service.probe("/q/metrics").text();
    for (String status : List.of("queued", "running", "completed", "failed", "cancelled")) {
      long listed =
          client.get("/work-orders?limit=1&status=" + status).json().path("total").asLong();
      assertThat(health.path(status + "Count").asLong()).as(status).isEqualTo(listed);
      assertThat(metrics)
          .contains("agentgate_work_orders{status=\"" + status + "\"} " + listed + ".0");
    }
    assertThat(health.path("runningCount").asInt()).isZero();
    assertThat(client.orders()).hasSize(client.get("/work-orders").json().path("total").asInt());
  }

  private static void operate(Client client, Random random) {
    List<String> mine = new ArrayList<>();
    for (int i = 0; i < OPERATIONS / CLIENTS; i++) {
      int kind = mine.isEmpty() ? 0 : random.nextInt(100);
      String id = mine.isEmpty() ? "" : mine.get(random.nextInt(mine.size()));
      String path = "/work-orders/" + id;
      int status;
      if (kind < 40) {
        Client.Answer answer =
            client.post("/work-orders", Client.script(random.nextBoolean() ? ":" : "exit 3"));
        status = answer.status();
        mine.add(answer.json().path("id").asText());
      } else if (kind < 65) {
        status = client.post(path + "/cancel").status();
      } else if (kind < 75) {
        status = client.delete(path + "?purge=true").status();
        mine.remove(id);
      } else if (kind < 80) {
        status = client.post(path + "/runs").status();
      } else {
        status = client.post(path + "/kill?force=true").status();
      }
      assertThat(status).as("kind " + kind).isLessThan(500);
    }
  }
}
