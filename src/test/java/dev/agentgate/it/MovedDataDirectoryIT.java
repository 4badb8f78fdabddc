package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.agentgate.it.Client.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The data directory is moved or removed while the service uses it. */
@Timeout(300)
class MovedDataDirectoryIT {
  @TempDir Path home;

  private static void assertRefused(Answer answer) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(503);
    assertThat(answer.raw().headers().firstValue("Retry-After")).isPresent();
    assertThat(answer.detail()).contains("The data directory is no longer at its configured path");
  }

  @Test
  void nothingIsAcknowledgedUntilTheDirectoryIsBackAndThenEverythingGoesOn() throws IOException {
    try (Service service = Service.in(home)) {
      assumeThat(service.keepsOrdersInFiles()).isTrue();
      service.start();
      Client client = service.client();
      Path enough = service.outside("enough");
      List<String> acknowledged = new ArrayList<>();
      acknowledged.add(client.submit("true"));
      client.awaitEnd(acknowledged.getFirst());
      String running =
          client.submit("echo began; until [ -e " + enough + " ]; do sleep 0.05; done; exit 3");
      acknowledged.add(running);
      client.awaitLog(running, "began");

      Path elsewhere = home.resolve("elsewhere");
      Files.move(service.data(), elsewhere);

      assertRefused(client.post("/work-orders", Client.script("true")));
      assertRefused(client.post("/queue/pause"));
      assertThat(service.probe("/q/health/ready").status()).isEqualTo(503);
      assertThat(service.probe("/q/health/live").status()).isEqualTo(200);
      assertThat(client.get("/queue/health").json().path("alerts").toString())
          .contains("The data directory is no longer at its configured path");
      Files.createFile(enough);
      await("the run's end to be refused")
          .until(() -> service.said().contains("The outcome of run_"));
      assertRefused(client.post("/work-orders", Client.script("true")));
      assertThat(service.data()).as("nothing is created at the old path").doesNotExist();

      Files.move(elsewhere, service.data());

      await().until(() -> service.probe("/q/health/ready").status() == 200);
      assertThat(client.awaitEnd(running).path("exitCode").asInt()).isEqualTo(3);
      acknowledged.add(client.submit("true"));
      service.kill9AndRestart();
      assertThat(Client.ids(client.orders())).containsExactlyInAnyOrderElementsOf(acknowledged);
      acknowledged.forEach(client::awaitEnd);
    }
  }

  @Test
  void anotherDirectoryAtThePathIsLeftAlone() throws IOException {
    try (Service service = Service.in(home)) {
      assumeThat(service.keepsOrdersInFiles()).isTrue();
      service.start();
      Client client = service.client();
      client.awaitEnd(client.submit("true"));

      Service.run("rm", "-rf", service.data().toString());
      for (String name : List.of("journal", "runs", "work-orders", "workspaces")) {
        Files.createDirectories(service.data().resolve(name));
      }

      assertRefused(client.post("/work-orders", Client.script("true")));
      service.terminate();
      assertThat(service.awaitExit()).isEqualTo(143);
      try (Stream<Path> files = Files.walk(service.data())) {
        assertThat(files.filter(Files::isRegularFile)).isEmpty();
      }
    }
  }
}
