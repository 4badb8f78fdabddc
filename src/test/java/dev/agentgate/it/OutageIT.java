package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.agentgate.it.Client.Answer;
import dev.agentgate.it.DatabaseProxy.Fault;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database that fails in every way while orders come in and run. */
class OutageIT {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final String DATABASE = "agentgate";
  private static final int CLIENTS = 3;
  private static final Set<String> GOING_ON = Set.of("queued", "running");

  /** So many orders more show that the service works again. */
  private static final int SOME = 6;

  @TempDir Path home;
  @TempDir Path primaryHome;

  private OwnDatabaseServer primary;
  private OwnDatabaseServer standby;
  private DatabaseProxy proxy;
  private Service service;

  /** Each order writes its id here. */
  private Path ran;

  private final AtomicInteger next = new AtomicInteger();
  private final Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
  private volatile boolean enough;

  @BeforeEach
  void start() throws Exception {
    primary = new OwnDatabaseServer(primaryHome.resolve("primary"), "*");
    primary.start();
    primary.stop();
    standby = primary.standby(primaryHome.resolve("standby"));
    primary.start();
    standby.start();
    primary.execute("postgres", "CREATE DATABASE " + DATABASE);
    proxy = new DatabaseProxy(primary.port());
    service =
        Service.in(home)
            .onPostgres("")
            .with(
                "QUARKUS_DATASOURCE_JDBC_URL",
                primary.url(DATABASE).replace(":" + primary.port() + "/", ":" + proxy.port() + "/"))
            // What an outage does to a lease is another matter.
            .with("AGENTGATE_STORE_LEASE", "PT10M")
            .with("AGENTGATE_QUEUE_MAX_CONCURRENT", 4);
    ran = service.outside("ran");
    service.start();
  }

  @AfterEach
  void close() throws Exception {
    service.close();
    proxy.close();
    standby.close();
    primary.close();
  }

  @Test
  void nothingIsLostAndNoRestartIsNeeded() throws Exception {
    long pid = service.pid();
    Path go = service.outside("go");
    String survivor =
        service.client().submit("until [ -e '" + go + "' ]; do sleep 0.1; done; exit 0");
    service.client().awaitStatus(survivor, "running");
    try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        all.add(clients.submit(() -> submitAndAwait()));
      }
      awaitMore();
      for (Outage outage : outages()) {
        outage.begin().run();
        if (outage.refused()) {
          await(outage.name()).atMost(PATIENCE).until(this::isRefused);
          assertThat(service.probe("/q/health/live").status()).isEqualTo(200);
        } else {
          awaitMore();
        }
        outage.end().run();
        service.awaitReady();
        awaitMore();
      }
      enough = true;
      for (Future<?> each : all) {
        each.get();
      }
    }

    acknowledged.forEach(service.client()::awaitEnd);
    Files.createFile(go);
    assertThat(service.client().awaitEnd(survivor).path("status").asText()).isEqualTo("completed");
    assertThat(service.pid()).isEqualTo(pid);
    assertThat(Files.readAllLines(ran)).containsExactlyInAnyOrderElementsOf(acknowledged);
    assertThat(service.client().orders())
        .hasSize(acknowledged.size() + 1)
        .allSatisfy(order -> assertThat(order.path("status").asText()).isEqualTo("completed"));
  }

  private record Outage(String name, boolean refused, Step begin, Step end) {}

  private interface Step {
    void run() throws Exception;
  }

  private Collection<Outage> outages() {
    return List.of(
        new Outage("slow", false, () -> proxy.set(Fault.DELAY), () -> proxy.set(Fault.NONE)),
        new Outage("cut off", true, () -> proxy.set(Fault.DROP), () -> proxy.set(Fault.NONE)),
        new Outage("restarted", true, primary::stop, primary::start),
        new Outage("read-only", true, () -> readOnly("on"), () -> readOnly("off")),
        new Outage("full", true, this::fill, this::empty),
        new Outage("failing over", true, primary::crash, this::failOver));
  }

  private void readOnly(String value) {
    primary.execute("postgres", "ALTER SYSTEM SET default_transaction_read_only = " + value);
    primary.execute("postgres", "SELECT pg_reload_conf()");
  }

  /** What a server says whose disk is full; a disk of this machine is not filled for it. */
  private void fill() {
    primary.execute(
        DATABASE,
        """
        CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN RAISE disk_full USING MESSAGE = 'could not extend file'; END $$;
        CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON changes EXECUTE FUNCTION full_disk();
        CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON instances EXECUTE FUNCTION full_disk()
        """);
  }

  private void empty() {
    primary.execute(DATABASE, "DROP FUNCTION full_disk CASCADE");
  }

  private void failOver() {
    proxy.set(Fault.DROP);
    standby.execute("postgres", "SELECT pg_promote()");
    proxy.leadTo(standby.port());
    proxy.set(Fault.NONE);
  }

  private void awaitMore() {
    int before = acknowledged.size();
    await().atMost(PATIENCE).until(() -> acknowledged.size() >= before + SOME);
  }

  /** Whether submits are refused, as the contract says, and the service is not ready. */
  private boolean isRefused() {
    JsonNode id = submit(service.client());
    return id.isMissingNode() && service.probe("/q/health/ready").status() == 503;
  }

  /** Submits an order; returns its id, or nothing if it was refused. */
  private JsonNode submit(Client client) {
    return submit(client, "key-" + next.incrementAndGet());
  }

  private JsonNode submit(Client client, String key) {
    ObjectNode body = Client.script("echo $AGENTGATE_WORK_ORDER_ID >>'" + ran + "'");
    JsonNode id = accepted(client.post("/work-orders", body, "Idempotency-Key", key)).path("id");
    if (!id.isMissingNode()) {
      acknowledged.add(id.asText());
    }
    return id;
  }

  /** Submits orders one after the other, and waits for the end of each. */
  private void submitAndAwait() {
    Client client = service.client();
    while (!enough) {
      String key = "key-" + next.incrementAndGet();
      String id = untilAnswered(() -> submit(client, key));
      String end =
          untilAnswered(() -> {
            JsonNode status = accepted(client.get("/work-orders/" + id)).path("status");
            return GOING_ON.contains(status.asText()) ? MissingNode.getInstance() : status;
          });
      assertThat(end).isEqualTo("completed");
    }
  }

  private static String untilAnswered(Callable<JsonNode> call) {
    return await().atMost(PATIENCE).until(call, node -> !node.isMissingNode()).asText();
  }

  /** What was answered; nothing if it was refused. */
  private static JsonNode accepted(Answer answer) {
    if (answer.status() == 503) {
      assertThat(answer.raw().headers().firstValue("Retry-After")).isPresent();
      return MissingNode.getInstance();
    }
    assertThat(answer.status()).as(answer.text()).isIn(200, 201);
    return answer.json();
  }
}
