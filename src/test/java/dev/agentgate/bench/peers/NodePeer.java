package dev.agentgate.bench.peers;

import dev.agentgate.bench.SubmitLoad;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A library of npm with its server: one Node process submits, another one works. */
final class NodePeer implements Peer {
  private static final int CONNECTIONS = 64;
  private static final long REST_NANOS = 500_000_000;

  private final String name;
  private final Path packages;
  private final PeerServer server;
  private final String setup;
  private final Map<Measure, String> lacks;
  private final Path log;
  private @Nullable NodeProcess client;
  private @Nullable NodeProcess worker;

  private NodePeer(
      String name,
      Path packages,
      PeerServer server,
      String setup,
      Map<Measure, String> lacks,
      Path log) {
    this.name = name;
    this.packages = packages;
    this.server = server;
    this.setup = setup;
    this.lacks = lacks;
    this.log = log;
  }

  static NodePeer bullmq(Path packages, Path work) {
    return new NodePeer(
        "bullmq",
        packages,
        new RedisServer(work.resolve("redis")),
        "Redis with `appendonly yes` and `appendfsync always`; a job starts its child with"
            + " `child_process.spawn`, which gets the job's AbortSignal; a cancel is"
            + " `worker.cancelJob`, in the worker's own process",
        Map.of(),
        work.resolve("bullmq.log"));
  }

  static NodePeer pgBoss(Path packages, Path programs, Path work) {
    return new NodePeer(
        "pg-boss",
        packages,
        new PostgresServer(programs, work.resolve("pg-boss"), "pgboss"),
        "PostgreSQL with `fsync` and `synchronous_commit`; 64 connections to submit; `work` polls"
            + " every 0.5 s, its shortest interval; the drain calls `fetch` and `complete` in"
            + " loops; a cancel is `boss.cancel`",
        Map.of(),
        work.resolve("pg-boss.node.log"));
  }

  static NodePeer graphileWorker(Path packages, Path programs, Path work) {
    String none = "no cancel of a running job";
    return new NodePeer(
        "graphile-worker",
        packages,
        new PostgresServer(programs, work.resolve("graphile"), "graphile"),
        "PostgreSQL with `fsync` and `synchronous_commit`; 64 connections to submit; its workers"
            + " are told by `NOTIFY`",
        Map.of(Measure.CANCEL, none, Measure.SURVIVORS, none),
        work.resolve("graphile.node.log"));
  }

  /** Returns whether a package of npm was installed in a directory. */
  static boolean isInstalled(Path packages, String name) {
    return Files.exists(packages.resolve("node_modules").resolve(name).resolve("package.json"));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String version() throws Exception {
    String description =
        Files.readString(packages.resolve("node_modules").resolve(name).resolve("package.json"));
    Matcher version = Pattern.compile("\"version\": *\"([^\"]+)\"").matcher(description);
    if (!version.find()) {
      throw new IOException("No version of " + name);
    }
    return version.group(1) + ", " + server.version();
  }

  @Override
  public String setup() {
    return setup;
  }

  @Override
  public Map<Measure, String> lacks() {
    return lacks;
  }

  @Override
  public void install() throws Exception {
    server.install();
    start();
    close();
  }

  @Override
  public void start() throws Exception {
    server.start();
    worker = node();
    worker.ask("serve jobs");
  }

  private NodeProcess node() throws IOException {
    Map<String, String> environment = new HashMap<>();
    environment.put("PEER_PACKAGES", packages.toString());
    environment.put("PEER_PORT", Integer.toString(server.port()));
    environment.put("PEER_CONNECTIONS", Integer.toString(CONNECTIONS));
    environment.put("PEER_PAYLOAD", SubmitLoad.PROMPT);
    return NodeProcess.start(
        Path.of("bench/npm", name + ".mjs").toAbsolutePath(), environment, log);
  }

  private NodeProcess client() throws IOException {
    if (client == null) {
      client = node();
    }
    return client;
  }

  private NodeProcess worker() {
    return Objects.requireNonNull(worker, "It was not started");
  }

  @Override
  public double submits(int clients, Duration time) throws Exception {
    return cleared(client().ask("burst submits " + clients + " " + time.toMillis()));
  }

  @Override
  public double bulkSubmits(int size, int clients, Duration time) throws Exception {
    return cleared(client().ask("bulk submits " + size + " " + clients + " " + time.toMillis()));
  }

  private double cleared(String rate) throws IOException {
    client().ask("clear submits");
    return Double.parseDouble(rate);
  }

  @Override
  public String submit(String script) throws Exception {
    byte[] bytes = script.getBytes(StandardCharsets.UTF_8);
    return client().ask("script jobs " + Base64.getEncoder().encodeToString(bytes));
  }

  @Override
  public double drain(int jobs, int width) throws Exception {
    client().ask("fill drain " + jobs);
    return Double.parseDouble(worker().ask("drain drain " + width + " " + jobs));
  }

  /** BullMQ cancels in the worker only; the database of the others can be told by anyone. */
  @Override
  public void cancel(String job) throws Exception {
    worker().ask("cancel jobs " + job);
  }

  /** The client's connections go first: they cost memory in the server. */
  @Override
  public double memory() throws Exception {
    closeClient();
    LockSupport.parkNanos(REST_NANOS);
    return Programs.memory(List.of(server.process(), worker().handle()));
  }

  @Override
  public void close() throws IOException {
    closeClient();
    if (worker != null) {
      worker.close();
      worker = null;
    }
    server.close();
  }

  private void closeClient() throws IOException {
    if (client != null) {
      client.close();
      client = null;
    }
  }
}
