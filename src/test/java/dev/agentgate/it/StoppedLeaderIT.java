package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An agent that stops the shell above it, the one that tells how it ended. */
@Timeout(300)
class StoppedLeaderIT {
  @TempDir Path home;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void orderOfAnAgentThatStoppedItsParentEndsWithItsStatus(boolean adopted) {
    try (Service service = Service.in(home).with("AGENTGATE_MAINTENANCE_STALE_CHECK_EVERY", "1s")) {
      service.start();
      String id =
          service
              .client()
              .submit(
                  "kill -STOP $PPID; echo stopped; while [ ! -e "
                      + service.outside("go")
                      + " ]; do sleep 0.05; done; exit 7");
      service.client().awaitLog(id, "stopped");
      if (adopted) {
        service.kill9AndRestart();
      }
      Service.run("touch", service.outside("go").toString());

      JsonNode order = service.client().awaitEnd(id);

      assertThat(order.path("status").asText()).isEqualTo("failed");
      assertThat(order.path("exitCode").asInt()).isEqualTo(7);
    }
  }

  @Test
  void agentThatStoppedItselfStaysStopped() {
    try (Service service = Service.in(home).with("AGENTGATE_MAINTENANCE_STALE_CHECK_EVERY", "1s")) {
      service.start();
      String id = service.client().submit("echo begun; kill -STOP $$; echo woken");
      service.client().awaitLog(id, "begun");
      await()
          .during(Duration.ofSeconds(3))
          .atMost(Duration.ofMinutes(2))
          .until(() -> !service.client().log(id).contains("woken"));
      assertThat(service.client().status(id)).isEqualTo("running");
    }
  }
}
