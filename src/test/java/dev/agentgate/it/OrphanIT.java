package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What somebody did to the data directory while the service was down. */
@Timeout(300)
class OrphanIT {
  private static final String RUN = "run_01K9Z4J0W3V7S5T8Q2N6M4B1C";

  @TempDir Path home;

  @Test
  void aServiceThatIsAskedToStopLeavesNoCgroupBehind() throws IOException {
    try (Service service = Service.in(home)) {
      service.start();
      Client client = service.client();
      client.awaitEnd(client.submit("true"));
      service.terminate();
      service.awaitExit();
      Path runs = service.data().resolve("runs");
      String name = "agentgate-" + Integer.toHexString(runs.toString().hashCode());
      for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
        if (line.contains(" - cgroup2 ")) {
          Service.run(
              "sh",
              "-c",
              "[ -z \"$(find \"$1\" -name \"$2\")\" ]",
              "sh",
              line.split(" ", 6)[4],
              name);
        }
      }
    }
  }

  @Test
  void aReferenceToAMissingRunIsForgottenAndCounted() {
    try (Service service = Service.in(home)) {
      service.start();
      Client client = service.client();
      String gone = client.submit("true");
      String kept = client.submit("echo kept");
      String run = client.awaitEnd(gone).path("currentRunId").asText();
      client.awaitEnd(kept);
      service.kill9();
      Service.run("rm", "-r", service.data().resolve("runs").resolve(run).toString());
      service.start();
      await().atMost(Duration.ofMinutes(2)).until(() -> !client.order(gone).has("currentRunId"));
      assertThat(client.status(gone)).isEqualTo("completed");
      assertThat(client.log(kept)).isEqualTo("kept\n");
      assertThat(service.said()).contains("1 references to missing runs forgotten");
    }
  }

  @Test
  void whatBelongsToNoOrderGoesOnceItIsOld() throws IOException {
    try (Service service = Service.in(home)) {
      service.start();
      Client client = service.client();
      String kept = client.submit("echo kept");
      client.awaitEnd(kept);
      service.kill9();
      Path old = makeOrphan(service, RUN + "A", Duration.ofHours(2));
      Path fresh = makeOrphan(service, RUN + "B", Duration.ofMinutes(5));
      service.start();
      await().atMost(Duration.ofMinutes(2)).until(() -> !Files.exists(old));
      assertThat(fresh).exists();
      assertThat(client.log(kept)).isEqualTo("kept\n");
    }
  }

  private static Path makeOrphan(Service service, String run, Duration age) throws IOException {
    Path directory = Files.createDirectory(service.data().resolve("runs").resolve(run));
    Files.writeString(directory.resolve("output.log"), "x");
    Files.setLastModifiedTime(directory, FileTime.from(Instant.now().minus(age)));
    // Its owner is the service's user, whoever runs the tests.
    Service.run(
        "chown", "-R", "--reference=" + service.data().resolve("runs"), directory.toString());
    return directory;
  }

  @Test
  void filesThatAreNoOrdersAreSetAsideWithAReason() throws IOException {
    try (Service service = Service.in(home)) {
      assumeThat(service.keepsOrdersInFiles()).isTrue();
      service.start();
      Client client = service.client();
      String kept = client.submit("echo kept");
      client.awaitEnd(kept);
      service.terminate();
      service.awaitExit();
      Path orders = service.data().resolve("work-orders");
      String valid = Files.readString(orders.resolve(kept + ".json"));
      Map<String, String> broken = new LinkedHashMap<>();
      broken.put("wo_01K9Z4J0W3V7S5T8Q2N6M4B1CA.json", "{\"id\":");
      broken.put("wo_01K9Z4J0W3V7S5T8Q2N6M4B1CB.json", "{}");
      broken.put("wo_01K9Z4J0W3V7S5T8Q2N6M4B1CC.json", valid);
      broken.put(
          "wo_01K9Z4J0W3V7S5T8Q2N6M4B1CD.json",
          valid
              .replace(kept, "wo_01K9Z4J0W3V7S5T8Q2N6M4B1CD")
              .replaceFirst("\"priority\": *\\d+", "\"priority\": \"high\""));
      for (Map.Entry<String, String> file : broken.entrySet()) {
        Files.writeString(orders.resolve(file.getKey()), file.getValue());
      }
      Service.run("rm", "-rf", orders.resolve(".quarantine").toString());
      service.start();
      Path quarantine = orders.resolve(".quarantine");
      for (Map.Entry<String, String> file : broken.entrySet()) {
        assertThat(orders.resolve(file.getKey())).doesNotExist();
        assertThat(quarantine.resolve(file.getKey())).hasContent(file.getValue());
        assertThat(quarantine.resolve(file.getKey() + ".reason.txt"))
            .content()
            .hasSizeGreaterThan(10);
      }
      assertThat(Client.ids(client.orders())).containsExactly(kept);
      assertThat(client.log(kept)).isEqualTo("kept\n");
      assertThat(client.get("/queue/health").json().path("alerts").toString())
          .containsIgnoringCase("quarantine")
          .contains("4");
      assertThat(service.probe("/q/health/ready").status()).isEqualTo(200);
    }
  }
}
