package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * An upgrade removes the application's files while the service runs: it goes on, and stops as if
 * they were there.
 */
@Timeout(300)
class ReplacedApplicationIT {
  /** Set this property to add all classes that are loaded here to the list. */
  private static final boolean REGENERATE = System.getProperty("classes.regenerate") != null;

  private static final String CLASSES = "classes.txt";
  private static final Path LISTS =
      Path.of("src", "main", "resources", "dev", "agentgate", "runtime");

  /** What is loaded from a library: all of the service's own classes are loaded anyway. */
  private static final Pattern LIBRARY_CLASS =
      Pattern.compile("(\\S+) source: file:.*/(?!agentgate-|generated-)[^/]+\\.jar");

  /**
   * What the exporter of traces sends with: a failure in the middle of a stop takes ways that these
   * tests see by chance.
   */
  private static final Pattern MUTINY_CLASS =
      Pattern.compile(
          "(io/smallrye/mutiny/(?:operators/(?:uni/.+|Uni\\w+)|groups/Uni.+|helpers/\\w.+))\\.class");

  private static final String TRACE_PARENT =
      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  @TempDir Path home;

  private Service service() {
    Service service =
        Service.in(home)
            .fromACopy()
            .with("AGENTGATE_SHUTDOWN_DRAIN_TIMEOUT", "PT1S")
            .with("AGENTGATE_QUEUE_MAX_CONCURRENT", 4);
    if (REGENERATE) {
      service.withJavaOptions("-Xlog:class+load:file=" + loads());
    }
    return service;
  }

  private Path loads() {
    return home.resolve("loads");
  }

  @Test
  void whatWasNotAskedBeforeIsAnsweredAndTheStopIsInOrder() throws IOException {
    try (Service service = service()) {
      service.startUnasked();
      remove(service);

      Client client = service.client();
      String runs = client.submit("sleep 300");
      client.awaitStatus(runs, "running");
      askEverything(client);
      for (String probe : List.of("live", "ready", "started")) {
        assertThat(service.probe("/q/health/" + probe).status()).isEqualTo(200);
      }
      assertThat(service.probe("/q/metrics").text()).contains("agentgate_work_orders");

      assertStopsInOrder(service);
      addToTheList(service);
      service.start();
      JsonNode again = client.awaitStatus(runs, "running");
      assertThat(again.path("attempt").asInt()).as("its first run does not count").isEqualTo(1);
    }
  }

  private static void askEverything(Client client) throws IOException {
    String failed = client.submit("echo said; exit 3");
    JsonNode order = client.awaitEnd(failed);
    String run = "/runs/" + order.path("currentRunId").asText();
    assertThat(client.log(failed)).isEqualTo("said\n");
    assertThat(client.get(run + "/log?tail=1").text()).isEqualTo("said\n");
    assertThat(client.get(run + "/log", "Range", "bytes=1-2").text()).isEqualTo("ai");
    try (InputStream stream = client.open(run + "/log/stream")) {
      assertThat(new String(stream.readAllBytes(), StandardCharsets.UTF_8)).contains("event: end");
    }
    try (InputStream events = client.open("/events")) {
      assertThat(client.post("/work-orders/" + failed + "/runs").status()).isEqualTo(202);
      assertThat(events.read()).isNotNegative();
    }
    client.awaitEnd(failed);
    assertThat(client.get("/work-orders/" + failed + "/runs").json().path("items")).hasSize(2);
    assertThat(client.get(run).status()).isEqualTo(200);
    assertThat(client.orders()).hasSize(2);
    assertThat(client.get("/queue/health").status()).isEqualTo(200);
    assertThat(client.post("/queue/pause").status()).isEqualTo(200);
    assertThat(client.post("/queue/resume").status()).isEqualTo(200);

    for (String end : List.of("/cancel", "/kill?force=true")) {
      String ended = client.submit("sleep 300");
      client.awaitStatus(ended, "running");
      assertThat(client.post("/work-orders/" + ended + end).status()).isEqualTo(200);
      assertThat(client.delete("/work-orders/" + ended + "?purge=true").status()).isEqualTo(200);
    }
    assertThat(client.delete("/work-orders?status=failed&purge=true").status()).isEqualTo(200);

    assertThat(client.get("/work-orders/nothing").status()).isEqualTo(404);
    assertThat(client.post("/work-orders", Client.JSON.createObjectNode()).status()).isEqualTo(400);
    assertThat(send(client, "{bad")).isEqualTo(400);
    assertThat(send(client, "x".repeat(5_000_000))).isEqualTo(413);
    ObjectNode keyed = Client.script("true");
    for (int status : new int[] {201, 200}) {
      assertThat(client.post("/work-orders", keyed, "Idempotency-Key", "k").status())
          .isEqualTo(status);
    }
    for (String document : List.of("/q/openapi", "/q/openapi?format=json")) {
      assertThat(client.call("GET", document, BodyPublishers.noBody()).text())
          .contains("/work-orders/{id}/cancel");
    }
  }

  private static int send(Client client, String body) {
    return client
        .call(
            "POST",
            "/api/v1/work-orders",
            BodyPublishers.ofString(body),
            "Content-Type",
            "application/json")
        .status();
  }

  @Test
  void aServiceWithTlsTracesAndWebhooksStopsInOrderAfterOneRequest() throws IOException {
    try (TraceCollector collector = TraceCollector.start()) {
      stopAfterOneRequest("http://127.0.0.1:" + collector.port());
      assertThat(collector.received()).as("exports").isPositive();
    }
  }

  @Test
  void tracesAndWebhooksThatNobodyTakesDisturbNoStop() throws IOException {
    stopAfterOneRequest("http://127.0.0.1:1");
  }

  private void stopAfterOneRequest(String collector) throws IOException {
    Tls tls = Tls.in(home);
    try (Service service = tls.of(service())) {
      service
          .with("QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT", collector)
          .with("AGENTGATE_WEBHOOKS_URLS", "http://127.0.0.1:1")
          .with("AGENTGATE_WEBHOOKS_SECRET", "a secret of the webhooks");
      service.startUnasked();
      remove(service);

      Client client = tls.client();
      ObjectNode body = Client.script("sleep 300");
      assertThat(client.post("/work-orders", body, "traceparent", TRACE_PARENT).status())
          .isEqualTo(201);

      assertStopsInOrder(service);
      addToTheList(service);
    }
  }

  @Test
  void aRunThatWasThereBeforeIsStoppedWithoutAnyRequest() throws IOException {
    try (Service service = service()) {
      service.start();
      String runs = service.client().submit("sleep 300");
      service.client().awaitStatus(runs, "running");
      remove(service);

      assertStopsInOrder(service);
      addToTheList(service);
      service.start();
      assertThat(service.client().awaitStatus(runs, "running").path("attempt").asInt())
          .isEqualTo(1);
    }
  }

  /** Removes its files, except when it is to tell what it loads from them. */
  private void remove(Service service) {
    if (!REGENERATE) {
      service.removeApplication();
    }
  }

  /** Adds what was loaded to the list of all services, or to that of those with PostgreSQL. */
  private void addToTheList(Service service) throws IOException {
    if (REGENERATE) {
      Path list = LISTS.resolve(CLASSES);
      NavigableSet<String> others = new TreeSet<>();
      if (!service.keepsOrdersInFiles()) {
        others.addAll(namesIn(list));
        list = LISTS.resolve("classes-postgres.txt");
      }
      NavigableSet<String> names = namesIn(list);
      Files.readAllLines(loads()).stream()
          .map(LIBRARY_CLASS::matcher)
          .filter(Matcher::find)
          .map(loaded -> loaded.group(1))
          .forEach(names::add);
      addMutiny(names);
      names.removeAll(others);
      Files.write(list, names);
    }
  }

  private static NavigableSet<String> namesIn(Path list) throws IOException {
    return new TreeSet<>(Files.exists(list) ? Files.readAllLines(list) : List.of());
  }

  private static void addMutiny(NavigableSet<String> names) throws IOException {
    URL location = Uni.class.getProtectionDomain().getCodeSource().getLocation();
    try (JarFile jar = new JarFile(Path.of(URI.create(location.toString())).toFile())) {
      jar.stream()
          .map(entry -> MUTINY_CLASS.matcher(entry.getName()))
          .filter(Matcher::matches)
          .map(found -> found.group(1).replace('/', '.'))
          .forEach(names::add);
    }
  }

  private static void assertStopsInOrder(Service service) {
    service.terminate();
    assertThat(service.awaitExit()).isEqualTo(143);
    assertThat(service.said())
        .as("add what is missing to %s with -Dclasses.regenerate=true", CLASSES)
        .doesNotContain(
            "did not stop in time",
            "NoClassDefFoundError",
            "ClassNotFoundException",
            "NoSuchFileException")
        .contains(" stopped in ");
    assertThat(service.processes()).isEmpty();
  }
}
