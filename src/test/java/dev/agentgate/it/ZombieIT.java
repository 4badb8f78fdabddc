package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * In a container nobody but its pid 1 reaps what agents leave behind. Needs root, for a PID
 * namespace, and {@code tini}, which is pid 1 of the image.
 */
@Timeout(900)
class ZombieIT {
  private static final String FORKS_TWICE = "(sleep 0.01 & ); (setsid sleep 0.01 & ); sleep 0.03";

  @TempDir Path home;

  @Test
  void runsThatForkTwiceLeaveNoZombieUnderTheImagesFirstProcess() {
    int runs = Rounds.of(200, 1000);
    assumeTini();
    try (Service service = inNamespace("tini", "-s", "--")) {
      runAll(service, runs);
      await()
          .atMost(Duration.ofMinutes(2))
          .untilAsserted(() -> assertThat(zombies(service)).isEmpty());
    }
  }

  @Test
  void withoutItTheyDo() {
    try (Service service = inNamespace()) {
      runAll(service, 3);
      assertThat(zombies(service)).isNotEmpty();
    }
  }

  private Service inNamespace(String... first) {
    assumeThat(Host.isRoot()).isTrue();
    List<String> prefix =
        Host.join(
            List.of("unshare", "--fork", "--kill-child", "--pid", "--mount-proc"), List.of(first));
    Service service =
        Service.in(home)
            .under(prefix.toArray(String[]::new))
            .with("AGENTGATE_QUEUE_MAX_CONCURRENT", 8);
    service.start();
    return service;
  }

  private static void assumeTini() {
    boolean there =
        Stream.of("/usr/bin", "/usr/local/bin", "/bin", "/sbin")
            .anyMatch(directory -> Files.isExecutable(Path.of(directory, "tini")));
    if (System.getenv("CI") != null) {
      assertThat(there).as("CI has tini").isTrue();
    }
    assumeThat(there).as("tini is installed").isTrue();
  }

  private static List<String> zombies(Service service) {
    return Machine.zombiesBelow(service.pid());
  }

  private static void runAll(Service service, int runs) {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      ids.add(service.client().submit(FORKS_TWICE));
    }
    ids.forEach(id ->
        assertThat(service.client().awaitEnd(id).path("status").asText()).isEqualTo("completed"));
  }
}
