package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Attempts, as seen from outside. */
@Timeout(300)
class RetryIT {
  @TempDir Path home;

  @Test
  void anExitCodeIsRetriedOnlyIfTheOrderSaysSo() throws IOException {
    try (Service service = Service.in(home)) {
      Path witness = service.outside("witness");
      service.start();
      Client client = service.client();
      String script = "echo $AGENTGATE_WORK_ORDER_ID $AGENTGATE_RUN_ID >>" + witness + "; exit 4";
      String once = client.submit(script, attempts(3));
      String often = client.submit(script, attempts(3, "exit_code"));
      assertThat(client.awaitEnd(once).path("attempt").asInt()).isEqualTo(1);
      JsonNode failed = client.awaitEnd(often);
      assertThat(failed.path("attempt").asInt()).isEqualTo(3);
      assertThat(failed.path("exitCode").asInt()).isEqualTo(4);
      List<String> lines = Files.readAllLines(witness);
      assertThat(lines).hasSize(4).doesNotHaveDuplicates();
      assertThat(lines.stream().filter(line -> line.startsWith(often))).hasSize(3);
      List<Integer> numbers = new ArrayList<>();
      client
          .get("/work-orders/" + often + "/runs")
          .json()
          .path("items")
          .forEach(run -> numbers.add(run.path("attempt").asInt()));
      assertThat(numbers).as("newest first").containsExactly(3, 2, 1);
    }
  }

  @Test
  void aRetryThatWaitsSurvivesARestartAndACancelEndsIt() {
    try (Service service = Service.in(home)) {
      service.start();
      Client client = service.client();
      String id = client.submit("exit 4", attempts(10, "exit_code"));
      await().pollInterval(Duration.ofMillis(20)).until(() -> isWaitingAgain(client.order(id)));
      service.kill9AndRestart();
      await().pollInterval(Duration.ofMillis(20)).until(() -> isWaitingAgain(client.order(id)));
      assertThat(client.post("/work-orders/" + id + "/cancel").status()).isEqualTo(200);
      assertThat(client.status(id)).isEqualTo("cancelled");
    }
  }

  private static boolean isWaitingAgain(JsonNode order) {
    return order.path("status").asText().equals("queued") && order.path("attempt").asInt() > 0;
  }

  private static Consumer<ObjectNode> attempts(int most, String... reasons) {
    return body -> {
      ObjectNode config = body.putObject("config").put("maxAttempts", most);
      for (String reason : reasons) {
        config.withArray("retryOn").add(reason);
      }
    };
  }
}
