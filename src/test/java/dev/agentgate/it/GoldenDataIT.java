package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A data directory that version 1.0 wrote, and what it answered of it just before {@code kill -9}.
 * Later versions open it and answer the same. The archive is never made anew: a version that writes
 * another form adds one of its own.
 */
class GoldenDataIT {
  private static final Path GOLDEN = Path.of("src", "test", "resources", "golden");
  private static final String POSITION = "queuePosition";

  @TempDir Path home;
  private Service service;
  private JsonNode expected;

  @BeforeEach
  void openTheGoldenDirectory() throws IOException, InterruptedException {
    expected = new ObjectMapper().readTree(GOLDEN.resolve("data-directory-1.0.json").toFile());
    service = Service.in(home);
    assumeThat(service.keepsOrdersInFiles()).as("the directory is one of a file store").isTrue();
    Files.createDirectories(service.data());
    Process tar =
        new ProcessBuilder(
                "tar",
                "--extract",
                "--no-same-owner",
                "--file=" + GOLDEN.resolve("data-directory-1.0.tar.gz").toAbsolutePath(),
                "--directory=" + service.data())
            .inheritIO()
            .start();
    assertThat(tar.waitFor()).isZero();
    service.start();
  }

  @AfterEach
  void stop() {
    service.close();
  }

  @Test
  void everyOrderAndRunThatDidNotRunIsAnsweredAsBefore() {
    Map<String, JsonNode> orders = byId(expected.path("workOrders"));
    Map<String, JsonNode> now =
        byId(service.client().get("/work-orders?limit=100").json().path("items"));
    assertThat(now.keySet()).isEqualTo(orders.keySet());
    orders.forEach((id, order) -> {
      if (!isRunning(order)) {
        assertThat(now.get(id)).isEqualTo(order);
      }
    });
    byId(expected.path("runs"))
        .forEach((id, run) -> {
          if (!isRunning(run)) {
            assertThat(service.client().get("/runs/" + id).json()).isEqualTo(run);
          }
        });
    assertThat(service.client().get("/queue/health").json().path("paused").asBoolean()).isTrue();
    assertThat(service.data().resolve("work-orders/.quarantine")).isEmptyDirectory();
  }

  @Test
  void theOrderThatRanIsQueuedAgainAfterItsRunWasLost() {
    JsonNode order =
        byId(expected.path("workOrders")).values().stream()
            .filter(GoldenDataIT::isRunning)
            .findAny()
            .orElseThrow();
    String path = "/work-orders/" + order.path("id").asText();
    JsonNode now = service.client().get(path).json();
    assertThat(now.path("status").asText()).isEqualTo("queued");
    assertThat(now.path("attempt")).isEqualTo(order.path("attempt"));
    JsonNode run = service.client().get("/runs/" + order.path("currentRunId").asText()).json();
    assertThat(run.path("status").asText()).isEqualTo("failed");
  }

  @Test
  void theLabelsAndTheLogsAreStillThere() {
    JsonNode first = service.client().get("/work-orders?label=team:checkout").json().at("/items/0");
    assertThat(first.at("/labels/colour").asText()).isEqualTo("grün");
    String log = "/runs/" + first.path("currentRunId").asText() + "/log";
    assertThat(service.client().get(log).text()).isEqualTo("golden\nok\n");
  }

  private static boolean isRunning(JsonNode resource) {
    return resource.path("status").asText().equals("running");
  }

  private static Map<String, JsonNode> byId(JsonNode items) {
    Map<String, JsonNode> found = new TreeMap<>();
    for (JsonNode item : items) {
      ((ObjectNode) item).remove(POSITION);
      found.put(item.path("id").asText(), item);
    }
    return found;
  }
}
