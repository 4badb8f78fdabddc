package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.it.Client.Answer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an agent leaves goes with its order, on any host. */
@Timeout(300)
class DeepWorkspaceIT {
  /** Makes directories in one another, so many, of this name, the last one without permissions. */
  private static final String DIG =
      "i=0; while [ $i -lt %1$d ]; do mkdir %2$s; cd -P ./%2$s; i=$((i+1)); done; chmod 000 .\n";

  private static final int DESCRIPTORS = 320;

  @TempDir Path home;

  @Test
  void directoriesDeeperThanThereAreDescriptorsArePurged() {
    assertPurged(
        Service.in(home).withDescriptors(DESCRIPTORS), DIG.formatted(2 * DESCRIPTORS, "d"));
  }

  @Test
  void pathsOfFewCharactersAndManyBytesArePurgedForAnyUser() {
    assertPurged(Service.in(home).on(Host.UNPRIVILEGED), DIG.formatted(60, "漢".repeat(60)));
  }

  private static void assertPurged(Service unstarted, String script) {
    try (Service service = unstarted) {
      service.start();
      Client client = service.client();
      String id = client.submit(script);
      assertThat(client.awaitEnd(id).path("status").asText()).isEqualTo("completed");

      Answer answer = client.delete("/work-orders/" + id + "?purge=true");

      assertThat(answer.status()).as(answer.text()).isEqualTo(200);
      assertThat(service.runFiles()).isEmpty();
    }
  }
}
