package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Orders that work in place, as seen from outside. */
@Timeout(300)
class LocalDirectoryIT {
  @TempDir Path home;

  private Path enough;

  private Service service() throws IOException {
    Service service = Service.in(home);
    enough = service.outside("enough");
    Path root = service.outside("root");
    Files.createDirectories(root.resolve("one/below"));
    Files.createDirectories(root.resolve("other"));
    Files.createSymbolicLink(root.resolve("link"), root.resolve("one"));
    Files.createSymbolicLink(root.resolve("chain"), root.resolve("link"));
    return service
        .with("AGENTGATE_WORKSPACE_LOCAL_ROOTS", root)
        .with("AGENTGATE_QUEUE_MAX_CONCURRENT", 4);
  }

  private String submit(Client client, Path path) {
    return client.submit(
        "until [ -e " + enough + " ]; do sleep 0.05; done",
        body ->
            body.putObject("workspaceSource").put("type", "local").put("path", path.toString()));
  }

  private static List<String> blockedBy(Client client) {
    return client
        .get("/queue/health")
        .json()
        .path("blockedBy")
        .valueStream()
        .map(reason -> reason.asText())
        .toList();
  }

  @Test
  void oneOrderAtATimeWorksInADirectoryWhateverItIsCalled() throws IOException {
    try (Service service = service()) {
      Path root = service.outside("root");
      service.start();
      Client client = service.client();
      String first = submit(client, root.resolve("one"));
      client.awaitStatus(first, "running");
      String same = submit(client, root.resolve("one"));
      String linked = submit(client, root.resolve("link"));
      String chained = submit(client, root.resolve("chain"));
      String below = submit(client, root.resolve("chain/below"));
      String above = submit(client, root);
      String other = submit(client, root.resolve("other"));
      client.awaitStatus(other, "running");
      assertThat(blockedBy(client)).containsExactly("repository");
      for (String waiting : List.of(same, linked, chained, below, above)) {
        assertThat(client.status(waiting)).isEqualTo("queued");
        assertThat(
                client.post("/work-orders/" + waiting + "/runs").json().path("started").asBoolean())
            .isFalse();
      }
      service.kill9AndRestart();
      await().untilAsserted(() -> assertThat(blockedBy(client)).containsExactly("repository"));
      assertThat(client.get("/queue/health").json().path("runningCount").asInt()).isEqualTo(2);
      Files.createFile(enough);
      for (String id : List.of(first, same, linked, chained, below, above, other)) {
        assertThat(client.awaitEnd(id).path("status").asText()).isEqualTo("completed");
      }
    }
  }

  @Test
  void severalDoWhereTheyMay() throws IOException {
    try (Service service = service().with("AGENTGATE_WORKSPACE_LOCAL_SHARED", "true")) {
      Path root = service.outside("root");
      service.start();
      Client client = service.client();
      List<String> all =
          List.of(submit(client, root.resolve("one")), submit(client, root.resolve("link")));
      all.forEach(id -> client.awaitStatus(id, "running"));
      assertThat(blockedBy(client)).isEmpty();
      Files.createFile(enough);
      all.forEach(client::awaitEnd);
    }
  }
}
