package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import dev.agentgate.FreePorts;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every directory has a name with characters that mean something to somebody. */
@Timeout(300)
class HostileNamesIT {
  private static final String AWKWARD = "a b%2F%41%#?&;*$(id)`id`'\"\\\n\t{}[]!~^|<>,=:@+-日本ü𝄞 ";

  /** As long as a name can be. */
  private static final String LONGEST =
      AWKWARD + "x".repeat(255 - AWKWARD.getBytes(StandardCharsets.UTF_8).length);

  private static final String MAKE =
      """
      set -e
      export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
      export GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@example.com
      export GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@example.com
      cd "$1"
      mkdir -p acme "$2"
      git init -q -b trunk work
      cd work
      echo content >"$2"
      git add .
      git commit -q -m one
      git clone -q --bare . ../acme/shop.git
      git clone -q --bare . "../$2/repository"
      chmod -R a+rX "$1"
      """;

  @TempDir Path temporary;

  private Path root;

  private Service service() throws IOException {
    Path home = Files.createDirectory(temporary.resolve(LONGEST));
    Service service = Service.in(home);
    root = service.outside("root " + AWKWARD);
    Files.createDirectories(root);
    Service.run("sh", "-c", MAKE, "sh", root.toString(), LONGEST);
    return service
        .with("AGENTGATE_WORKSPACE_LOCAL_ROOTS", root.toString().replace(",", "\\,"))
        .with("AGENTGATE_GITHUB_BASE_URL", root.toUri().toString().replaceAll("/$", ""))
        .with("AGENTGATE_RUN_LOG_MAX_SIZE", "64K")
        .with("AGENTGATE_WEBHOOKS_URLS", "http://127.0.0.1:1/a%20b?c=%2F")
        .with("AGENTGATE_WEBHOOKS_SECRET", "not a part of any name");
  }

  private static JsonNode end(Client client, String script, Consumer<ObjectNode> source) {
    String id = client.submit(script, body -> source.accept(body.putObject("workspaceSource")));
    return client.awaitEnd(id);
  }

  private static String completed(Client client, String script, Consumer<ObjectNode> source) {
    JsonNode order = end(client, script, source);
    assertThat(order.path("status").asText()).as(order.toString()).isEqualTo("completed");
    return client.log(order.path("id").asText());
  }

  @Test
  void everySourceIsReached() throws IOException {
    try (Service service = service()) {
      service.start();
      Client client = service.client();
      String look = "set -e; cat -- *; pwd; cat \"$AGENTGATE_PROMPT_FILE\" >/dev/null";

      Path local = Files.createDirectory(root.resolve("local " + AWKWARD));
      Files.writeString(local.resolve("file"), "here\n");
      assertThat(
              completed(client, look, it -> it.put("type", "local").put("path", local.toString())))
          .isEqualTo("here\n" + local + "\n");
      Path repository = root.resolve(LONGEST).resolve("repository");
      String url = "file://" + repository.toString().replace("%", "%25").replace("\n", "%0A");
      for (String written : List.of(url.replace("\t", "%09"), repository.toUri().toString())) {
        // The second time from the mirror.
        for (int i = 0; i < 2; i++) {
          assertThat(completed(client, look, it -> it.put("type", "git").put("url", written)))
              .startsWith("content\n");
        }
      }
      String log =
          completed(client, look + "; git rev-parse HEAD", it -> it.put("repo", "acme/shop"));
      assertThat(log).startsWith("content\n" + service.data().toString());
      String commit = log.stripTrailing().substring(log.stripTrailing().length() - 40);
      assertThat(completed(client, look, it -> it.put("repo", "acme/shop").put("ref", commit)))
          .startsWith("content\n");
      service.kill9AndRestart();
      assertThat(client.orders())
          .hasSize(7)
          .allSatisfy(order -> assertThat(order.path("status").asText()).isEqualTo("completed"));
    }
  }

  @Test
  void whatAnAgentLeavesIsStoppedKeptAndRemoved() throws IOException {
    try (Service service = service()) {
      service.start();
      Client client = service.client();
      Path mark = service.outside("mark " + AWKWARD);
      String quoted = "'" + mark.toString().replace("'", "'\\''") + "'";
      String name = "'" + LONGEST.replace("'", "'\\''") + "'";
      String id =
          client.submit(
              "mkdir -p "
                  + name
                  + "; echo x >"
                  + name
                  + "/"
                  + name
                  + "; head -c 300000 /dev/zero | tr '\\0' a; echo; echo said"
                  + "; setsid sleep 300 & until [ -e "
                  + quoted
                  + " ]; do sleep 0.05; done; exit 7");
      client.awaitLog(id, "said");
      service.kill9AndRestart();
      assertThat(client.status(id)).isEqualTo("running");
      assertThat(service.processes()).isNotEmpty();
      Files.createFile(mark);
      assertThat(client.awaitEnd(id).path("exitCode").asInt()).isEqualTo(7);
      assertThat(service.processes()).isEmpty();
      await().untilAsserted(() -> assertThat(client.log(id)).contains(" bytes dropped]\n"));
      assertThat(service.runFiles()).isNotEmpty();

      String cancelled = client.submit("setsid sleep 300 & sleep 300");
      client.awaitStatus(cancelled, "running");
      assertThat(
              client.post("/work-orders/" + cancelled + "/cancel").json().path("survivors").asInt())
          .isZero();
      assertThat(service.processes()).isEmpty();

      for (String one : List.of(id, cancelled)) {
        assertThat(client.delete("/work-orders/" + one + "?purge=true").status()).isEqualTo(200);
      }
      assertThat(service.runFiles()).isEmpty();
    }
  }

  @Test
  void messagesWaitInTheSpoolUntilTheirTargetIsThere() throws IOException {
    InetSocketAddress at =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), FreePorts.next());
    String url = "/a%20b?c=%2F";
    List<String> heard = new CopyOnWriteArrayList<>();
    try (Service service = service()) {
      assumeThat(service.keepsOrdersInFiles()).as("messages are files, too").isTrue();
      service.with("AGENTGATE_WEBHOOKS_URLS", "http://127.0.0.1:" + at.getPort() + url).start();
      String id = service.client().submit("true");
      service.client().awaitEnd(id);
      await().untilAsserted(() -> assertThat(spooled(service)).hasSize(3));
      service.kill9();
      HttpServer target = HttpServer.create(at, 0);
      target.createContext(
          "/",
          exchange -> {
            heard.add(
                exchange.getRequestURI()
                    + " "
                    + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
          });
      target.start();
      try {
        service.start();
        await().untilAsserted(() -> assertThat(spooled(service)).isEmpty());
      } finally {
        target.stop(0);
      }
      assertThat(heard)
          .hasSizeGreaterThanOrEqualTo(3)
          .allSatisfy(message -> assertThat(message).startsWith(url + " ").contains(id));
    }
  }

  /** The messages that wait: each target has a directory of its own. */
  private static List<String> spooled(Service service) {
    File[] targets = service.data().resolve("webhooks").toFile().listFiles(File::isDirectory);
    List<String> names = new ArrayList<>();
    for (File target : targets == null ? new File[0] : targets) {
      String[] messages = target.list((_, name) -> name.endsWith(".json"));
      names.addAll(List.of(messages == null ? new String[0] : messages));
    }
    return names;
  }

  @Test
  void aDamagedOrderIsPutAside() throws IOException {
    try (Service service = service()) {
      assumeThat(service.keepsOrdersInFiles()).isTrue();
      service.start();
      Client client = service.client();
      String id = client.submit("true");
      client.awaitEnd(id);
      service.terminate();
      service.awaitExit();
      try (Stream<Path> files = Files.walk(service.data().resolve("work-orders"))) {
        Path order =
            files
                .filter(file -> file.getFileName().toString().contains(id))
                .findFirst()
                .orElseThrow();
        Files.writeString(order, "{");
      }
      service.start();
      assertThat(client.get("/work-orders/" + id).status()).isEqualTo(404);
      assertThat(service.data().resolve("work-orders/.quarantine")).isNotEmptyDirectory();
      assertThat(client.get("/queue/health").text()).contains("quarantine");
    }
  }

  @Test
  void aLocaleThatCannotExpressTheDataDirectoryRefusesTheStart() throws IOException {
    Path plain = Files.createDirectory(temporary.resolve("plain"));
    try (Service service = Service.in(plain).without("LANG").with("LC_ALL", "C")) {
      service.with("AGENTGATE_DATA_DIR", temporary.resolve(LONGEST)).launch();
      assertThat(service.awaitExit()).isEqualTo(78);
      assertThat(service.said()).contains("AGENTGATE_DATA_DIR", "LC_ALL=C.UTF-8");
      service.without("AGENTGATE_DATA_DIR").with("HOME", temporary.resolve(LONGEST)).launch();
      assertThat(service.awaitExit()).isEqualTo(78);
      assertThat(service.said()).contains("agentgate.data-dir is not a path that this locale");
    }
  }

  @Test
  void aLocaleWithoutOtherAlphabetsRunsWhatItCanExpress() throws IOException {
    Path home = Files.createDirectory(temporary.resolve("a b%2F%41%#?&;*$(id)'\"\\\n\t"));
    try (Service service = Service.in(home).without("LANG").with("LC_ALL", "C")) {
      Path plain = Files.createDirectories(service.outside("local"));
      Files.createDirectories(plain.resolve("日本"));
      service.with("AGENTGATE_WORKSPACE_LOCAL_ROOTS", plain).start();
      Client client = service.client();
      assertThat(
              completed(client, "pwd", it -> it.put("type", "local").put("path", plain.toString())))
          .isEqualTo(plain + "\n");
      ObjectNode other = Client.script("pwd");
      other.putObject("workspaceSource").put("type", "local").put("path", plain + "/日本");
      assertThat(client.post("/work-orders", other).status()).isEqualTo(400);
      // Whatever an agent calls its files, they are removed with its workspace.
      String id = client.submit("mkdir 日本; echo x >日本/ü; echo 日本 \"$AGENTGATE_PROMPT_FILE\"");
      String run = client.awaitEnd(id).path("currentRunId").asText();
      assertThat(service.runFiles()).contains(run);
      assertThat(client.log(id)).startsWith("日本 " + service.data());
      assertThat(client.delete("/work-orders/" + id + "?purge=true").status()).isEqualTo(200);
      assertThat(service.runFiles()).doesNotContain(run);
    }
  }

  @Test
  void keysAreReadFromTheirFile() throws IOException {
    try (Service service = service()) {
      Path keys = service.outside("keys " + AWKWARD);
      Files.writeString(
          keys, "eve viewer 2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b\n");
      service.with("AGENTGATE_AUTH_KEYS_FILE", keys).start();
      assertThat(service.client().get("/work-orders").status()).isEqualTo(401);
      assertThat(service.client().get("/work-orders", "X-API-Key", "secret").status())
          .isEqualTo(200);
    }
  }
}
