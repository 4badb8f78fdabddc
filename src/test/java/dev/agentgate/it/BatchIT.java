package dev.agentgate.it;

import static dev.agentgate.it.Client.JSON;
import static dev.agentgate.it.Client.script;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.agentgate.it.Client.Answer;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many orders at once, on the packaged application. */
@Timeout(600)
class BatchIT {
  private static final int SIZE = 200;

  @TempDir Path home;

  @Test
  void whatABatchAcknowledgedIsThereThoughTheServiceIsKilledDuringTheNext() throws Exception {
    try (Service service = Service.in(home).with("AGENTGATE_QUEUE_AUTO_PROCESS", "false");
        ExecutorService writer = Executors.newSingleThreadExecutor()) {
      service.start();
      CountDownLatch some = new CountDownLatch(3);
      Future<Map<String, String>> submitted =
          writer.submit(() -> submitUntilKilled(service.client(), some));
      some.await();
      service.kill9AndRestart();
      Map<String, String> acknowledged = submitted.get();

      assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(3 * SIZE);
      Map<String, String> there = new HashMap<>();
      service
          .client()
          .orders()
          .forEach(
              order -> there.put(order.path("taskPrompt").asText(), order.path("id").asText()));
      assertThat(there).containsAllEntriesOf(acknowledged);
      int batches = acknowledged.size() / SIZE;
      assertThat(there.size())
          .as("the last batch is there as a whole or not at all")
          .isIn(batches * SIZE, (batches + 1) * SIZE);

      List<JsonNode> again = items(service.client().post("/work-orders/batch", batch(0)));
      assertThat(again).allMatch(item -> item.path("status").asInt() == 200);
      assertThat(again)
          .allSatisfy(item -> {
            JsonNode order = item.path("workOrder");
            assertThat(acknowledged)
                .containsEntry(order.path("taskPrompt").asText(), order.path("id").asText());
          });
    }
  }

  /** Submits batch after batch; returns the ids of the acknowledged orders by their prompts. */
  private static Map<String, String> submitUntilKilled(Client client, CountDownLatch acknowledged) {
    Map<String, String> ids = new HashMap<>();
    try {
      for (int number = 0; ; number++) {
        for (JsonNode item : items(client.post("/work-orders/batch", batch(number)))) {
          assertThat(item.path("status").asInt()).as(item.toString()).isEqualTo(201);
          JsonNode order = item.path("workOrder");
          ids.put(order.path("taskPrompt").asText(), order.path("id").asText());
        }
        acknowledged.countDown();
      }
    } catch (UncheckedIOException killed) {
      return ids;
    }
  }

  private static ObjectNode batch(int number) {
    ObjectNode body = JSON.createObjectNode();
    ArrayNode items = body.putArray("items");
    for (int i = 0; i < SIZE; i++) {
      String name = number + "-" + i;
      items.add(script("echo " + name).put("idempotencyKey", name));
    }
    return body;
  }

  private static List<JsonNode> items(Answer answer) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    List<JsonNode> items = new ArrayList<>();
    answer.json().path("items").forEach(items::add);
    assertThat(items).hasSize(SIZE);
    return items;
  }

  @Test
  void aBulkCancelEndsWhatRunsAndWaitsAndABulkRunStartsItAgain() {
    try (Service service = Service.in(home)) {
      service.start();
      Client client = service.client();
      List<String> ids = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        ids.add(client.submit("echo ready; sleep 600", body -> body.put("priority", 1)));
      }
      String other = client.submit("true");
      client.awaitLog(ids.get(0), "ready");
      client.awaitLog(ids.get(1), "ready");

      Answer cancelled =
          client.post("/work-orders/cancel?status=queued&status=running&agentType=shell");
      assertThat(cancelled.status()).as(cancelled.text()).isEqualTo(200);
      assertThat(cancelled.json().path("success").asBoolean()).isTrue();
      assertThat(cancelled.json().path("cancelled").asInt()).isEqualTo(6);
      assertThat(ids).allMatch(id -> client.status(id).equals("cancelled"));
      ids.forEach(id ->
          assertThat(client.get("/work-orders/" + id + "/runs").json().path("items"))
              .allMatch(run -> run.has("endedAt")));

      // A free slot takes the first order that is queued again, whichever that is.
      assertThat(client.post("/queue/pause").status()).isEqualTo(200);
      Answer queued =
          client.post("/work-orders/runs?status=cancelled&createdAfter=2020-01-01T00:00:00Z");
      assertThat(queued.status()).as(queued.text()).isEqualTo(202);
      assertThat(queued.json().path("queued").asInt()).isEqualTo(6);
      assertThat(ids)
          .extracting(id -> client.order(id).path("queuePosition").asInt())
          .containsExactly(1, 2, 3, 4, 5);
      assertThat(client.order(other).path("queuePosition").asInt()).isEqualTo(6);
      assertThat(client.post("/queue/resume").status()).isEqualTo(200);
      client.awaitStatus(ids.get(0), "running");
      assertThat(client.post("/work-orders/cancel?status=queued&status=running").status())
          .isEqualTo(200);
    }
  }
}
