package dev.agentgate.bench.peers;

import dev.agentgate.bench.HttpConnection;
import dev.agentgate.bench.PackagedService;
import dev.agentgate.bench.SubmitLoad;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * AgentGate as it is packaged. Submits that do not run go to a service of their own, because one
 * service has one queue.
 */
final class AgentGatePeer implements Peer {
  private static final String ORDERS = "/api/v1/work-orders";
  private static final int IDLE_MILLIS = 5_000;
  private static final int POLL_NANOS = 10_000_000;

  private final Path application;
  private final Path work;
  private final int slots;
  private final String version;
  private final SubmitLoad single = SubmitLoad.single();
  private @Nullable PackagedService service;
  private @Nullable HttpConnection connection;
  private long lastUsed;
  private @Nullable PackagedService submits;

  AgentGatePeer(Path application, Path work, int slots, String version) {
    this.application = application;
    this.work = work;
    this.slots = slots;
    this.version = version;
  }

  @Override
  public String name() {
    return "AgentGate";
  }

  @Override
  public String version() {
    boolean jvm = application.toString().endsWith(".jar");
    return version + (jvm ? ", on Java " + Runtime.version().feature() : ", native");
  }

  @Override
  public String setup() {
    return "As packaged, `-Xmx512m` as in the image; submits over HTTP; a job is an order with an"
        + " empty workspace and a log; a cancel is `POST …/cancel`";
  }

  @Override
  public Map<Measure, String> lacks() {
    return Map.of();
  }

  private PackagedService service(String directory, Map<String, String> settings) throws Exception {
    return PackagedService.start(
        application, work.resolve(directory), settings, List.of("-Xmx512m"));
  }

  @Override
  public void install() throws Exception {
    start();
    close();
  }

  @Override
  public void start() throws Exception {
    service =
        service(
            "agentgate",
            Map.of(
                "agentgate.queue.max-concurrent",
                Integer.toString(slots),
                "agentgate.agents.true.command",
                "/bin/true"));
  }

  /** Returns a connection that the service has not closed because it was idle. */
  private HttpConnection connection() throws IOException {
    if (connection == null || PackagedService.millisSince(lastUsed) > IDLE_MILLIS) {
      if (connection != null) {
        connection.close();
      }
      connection = Objects.requireNonNull(service, "It was not started").connect();
    }
    lastUsed = System.nanoTime();
    return connection;
  }

  private PackagedService submits() throws Exception {
    if (submits == null) {
      submits = service("agentgate-submits", Map.of("agentgate.queue.auto-process", "false"));
    }
    return submits;
  }

  @Override
  public double submits(int clients, Duration time) throws Exception {
    return single.perSecond(submits(), clients, time.toNanos(), new AtomicLong());
  }

  @Override
  public double bulkSubmits(int size, int clients, Duration time) throws Exception {
    return SubmitLoad.batches(size).perSecond(submits(), clients, time.toNanos(), new AtomicLong());
  }

  @Override
  public String submit(String script) throws Exception {
    return connection().post(ORDERS, order("shell", script)).expect(201).field("id");
  }

  private static String order(String agent, String prompt) {
    return """
    {"taskPrompt":"%s","agentType":"%s","workspaceSource":{"type":"empty"}}\
    """
        .formatted(prompt.replace("\\", "\\\\").replace("\"", "\\\""), agent);
  }

  @Override
  public double drain(int jobs, int width) throws Exception {
    if (width != slots) {
      throw new IllegalArgumentException("It has " + slots + " slots");
    }
    connection().post("/api/v1/queue/pause", "").expect(200);
    byte[] request = HttpConnection.request("POST", ORDERS, order("true", ":"));
    for (int i = 0; i < jobs; i++) {
      connection().send(request).expect(201);
    }
    int all = completed() + jobs;
    long started = System.nanoTime();
    connection().post("/api/v1/queue/resume", "").expect(200);
    while (completed() < all) {
      LockSupport.parkNanos(POLL_NANOS);
    }
    return jobs * 1e9 / (System.nanoTime() - started);
  }

  private int completed() throws Exception {
    return Integer.parseInt(connection().get("/api/v1/queue/health").field("completedCount"));
  }

  @Override
  public void cancel(String job) throws Exception {
    connection().post(ORDERS + "/" + job + "/cancel", "").expect(200);
  }

  @Override
  public double memory() throws Exception {
    return Programs.memory(
        List.of(Objects.requireNonNull(service, "It was not started").process()));
  }

  @Override
  public void close() throws IOException {
    if (connection != null) {
      connection.close();
      connection = null;
    }
    if (service != null) {
      service.close();
      service = null;
    }
    if (submits != null) {
      submits.close();
      submits = null;
    }
  }
}
