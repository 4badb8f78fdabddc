package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whether an order of low priority gets its turn, as seen from outside. */
@Timeout(300)
class PriorityAgingIT {
  @TempDir Path home;

  private static String submit(Client client, int priority) {
    return client.submit("true", body -> body.put("priority", priority));
  }

  private static int position(Client client, String id) {
    return client.order(id).path("queuePosition").asInt();
  }

  @Test
  void whatHasWaitedLongEnoughGoesBeforeAHigherPriority() {
    try (Service service =
        Service.in(home)
            .with("AGENTGATE_QUEUE_MAX_CONCURRENT", 1)
            .with("AGENTGATE_QUEUE_PRIORITY_AGING", "500ms")) {
      service.start();
      Client client = service.client();
      assertThat(client.post("/queue/pause").status()).isEqualTo(200);
      String low = submit(client, 0);
      // A hundred steps are most of a minute of waiting.
      String urgent = submit(client, 100);
      assertThat(position(client, urgent)).isEqualTo(1);
      assertThat(position(client, low)).isEqualTo(2);
      List<String> higher = new ArrayList<>();
      await("a new order of a higher priority to come behind")
          .atMost(Duration.ofMinutes(2))
          .pollInterval(Duration.ofMillis(100))
          .until(() -> {
            higher.add(submit(client, 1));
            return position(client, higher.getLast()) > position(client, low);
          });
      service.kill9AndRestart();
      assertThat(position(client, low)).isLessThan(position(client, higher.getLast()));
      assertThat(client.post("/queue/resume").status()).isEqualTo(200);
      client.awaitEnd(higher.getLast());
      assertThat(client.status(low)).as("the one slot went to it before").isEqualTo("completed");
    }
  }
}
