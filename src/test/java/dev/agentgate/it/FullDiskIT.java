package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.agentgate.it.Client.Answer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The data directory on a small file system of its own, which is filled up. */
@Timeout(300)
class FullDiskIT {
  @TempDir Path home;

  @Test
  void aFullDiskRefusesNewOrdersHarmsNoOtherAndGoesOnOnceThereIsRoom() throws IOException {
    assumeThat(Host.isRoot()).as("the tests run as root, to mount a file system").isTrue();
    Path data = Files.createDirectory(home.resolve("data"));
    Service.run("mount", "-t", "tmpfs", "-o", "size=48m", "agentgate-test", data.toString());
    try {
      try (Service service =
          Service.in(home)
              .with("AGENTGATE_QUEUE_MIN_FREE_DISK", "256K")
              .with("AGENTGATE_QUEUE_MAX_CONCURRENT", "1")) {
        assumeThat(service.keepsOrdersInFiles()).as("orders are on the disk that is full").isTrue();
        service.start();
        fillAndFree(service);
      }
    } finally {
      Service.run("umount", data.toString());
    }
  }

  private void fillAndFree(Service service) throws IOException {
    Client client = service.client();
    Path stop = home.resolve("stop");
    List<String> acknowledged = new ArrayList<>();
    String running =
        client.submit("while [ ! -e " + stop + " ]; do sleep 0.1; done; echo survived");
    acknowledged.add(running);
    client.awaitStatus(running, "running");
    Path ballast = service.data().resolve("ballast");
    fill(ballast);

    Answer refused = submitUntilRefused(client, acknowledged);

    assertThat(refused.raw().headers().firstValue("Retry-After")).isPresent();
    assertThat(refused.json().path("status").asInt()).isEqualTo(503);
    assertThat(refused.text()).doesNotContain(home.toString());
    assertThat(client.get("/queue/health").json().path("alerts").toString())
        .contains("accepts no writes");
    assertThat(service.probe("/q/health/ready").status()).isEqualTo(503);
    assertThat(service.probe("/q/health/live").status()).isEqualTo(200);
    assertThat(client.status(running)).isEqualTo("running");
    Files.createFile(stop);

    Files.delete(ballast);

    assertThat(client.awaitEnd(running).path("status").asText()).isEqualTo("completed");
    await()
        .atMost(Duration.ofMinutes(2))
        .until(() -> service.probe("/q/health/ready").status() == 200);
    String after = client.submit("echo after");
    acknowledged.add(after);
    assertThat(client.awaitEnd(after).path("status").asText()).isEqualTo("completed");
    assertThat(client.log(after)).isEqualTo("after\n");
    assertThat(Client.ids(client.orders())).containsExactlyInAnyOrderElementsOf(acknowledged);
  }

  /** The journal has some room of its own left, so the first ones may be taken. */
  private static Answer submitUntilRefused(Client client, List<String> acknowledged) {
    String prompt = "# " + "x".repeat(200_000);
    for (int i = 0; i < 200; i++) {
      Answer answer = client.post("/work-orders", Client.script(prompt));
      if (answer.status() != 201) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(503);
        return answer;
      }
      acknowledged.add(answer.json().path("id").asText());
    }
    throw new AssertionError("The disk is full and every order was taken");
  }

  private static void fill(Path file) throws IOException {
    byte[] block = new byte[4096];
    try (OutputStream out = Files.newOutputStream(file)) {
      while (true) {
        out.write(block);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
  }
}
