package dev.agentgate.bench;

import dev.agentgate.bench.HttpConnection.Answer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Measures the packaged application from outside, over HTTP; run by hand. Where there is something
 * to compare with, both take turns in the same run and the ratio of each round is told.
 */
public final class ServiceBench {
  private static final Duration LIMIT = Duration.ofMinutes(25);
  private static final long STEP_LIMIT_MILLIS = 180_000;
  private static final int STORED = 100_000;
  private static final int ORDERS_TO_DRAIN = 1_000;
  private static final int STOPS = 100;
  private static final int ADOPTED = 20;
  private static final int ENDED_MEANWHILE = 5;
  private static final long KILL_GRACE_MILLIS = 500;
  private static final long PRINTED = 1_000_000_000L;
  private static final String ORDERS = "/api/v1/work-orders";
  private static final Map<String, String> NOTHING_RUNS =
      Map.of("agentgate.queue.auto-process", "false");

  private final Path application;
  private final Path root;
  private final int rounds;
  private final Ratios ratios = new Ratios();
  private int directories;
  private boolean seeded;

  private ServiceBench(Path application, Path root, int rounds) {
    this.application = application;
    this.root = root;
    this.rounds = rounds;
  }

  /**
   * Runs one benchmark or all of them.
   *
   * @param args the application, an existing empty directory on the disk that matters, how many
   *     rounds, which benchmark, the file with ratios of earlier runs, {@code save} to write this
   *     run's ratios to it
   */
  public static void main(String[] args) throws Exception {
    TimeLimit.begin(LIMIT);
    ServiceBench bench =
        new ServiceBench(Path.of(args[0]), Path.of(args[1]), Integer.parseInt(args[2]));
    String load = Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0];
    System.out.printf("%s, %d cores, load %s at the start%n", args[3], cores(), load);
    for (String name : benchmarks(args[3])) {
      bench.run(name);
    }
    Path stored = Path.of(args[4]);
    if (args[5].equals("save")) {
      bench.ratios.save(stored);
    }
    boolean worse = args[3].equals("check") && !bench.ratios.compare(stored).isEmpty();
    System.exit(worse ? 1 : 0);
  }

  private static List<String> benchmarks(String which) {
    return switch (which) {
      case "all" ->
          List.of("submit", "latency", "drain", "read", "start", "stop", "restart", "memory");
      case "check" -> List.of("submit", "latency", "drain", "start");
      default -> List.of(which);
    };
  }

  private void run(String name) throws Exception {
    switch (name) {
      case "submit" -> submit();
      case "latency" -> latency();
      case "drain" -> drain();
      case "read" -> read();
      case "start" -> start();
      case "stop" -> stop();
      case "restart" -> restart();
      case "memory" -> memory();
      default -> throw new IllegalArgumentException("No benchmark: " + name);
    }
  }

  private static int cores() {
    return Runtime.getRuntime().availableProcessors();
  }

  private Path directory() {
    return root.resolve("data" + directories++);
  }

  private PackagedService service(Path dataDir, Map<String, String> settings) throws IOException {
    return PackagedService.start(application, dataDir, settings);
  }

  private static String order(String agent, String prompt) {
    return """
    {"taskPrompt":"%s","agentType":"%s","workspaceSource":{"type":"empty"}}\
    """
        .formatted(prompt.replace("\"", "\\\""), agent);
  }

  /** Waits for a condition, with a limit that only a hang reaches. */
  static void await(BooleanSupplier condition, long stepNanos) {
    long started = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (PackagedService.millisSince(started) > STEP_LIMIT_MILLIS) {
        throw new IllegalStateException("Waited too long");
      }
      LockSupport.parkNanos(stepNanos);
    }
  }

  private void submit() throws Exception {
    Path dataDir = directory();
    try (PackagedService service = service(dataDir, NOTHING_RUNS)) {
      new SubmitBench(service, dataDir).run(rounds, ratios);
    }
  }

  // ---- latency

  private void latency() throws Exception {
    Path dataDir = directory();
    Path stamps = root.resolve("stamps");
    Files.createFile(stamps);
    String script = "date +%s%N >>" + stamps;
    Samples ours = new Samples();
    Samples alone = new Samples();
    try (PackagedService service = service(dataDir, Map.of());
        HttpConnection connection = service.connect()) {
      byte[] request = HttpConnection.request("POST", ORDERS, order("shell", script));
      for (int i = -50; i < 300; i++) {
        long size = Files.size(stamps);
        long before = nowNanos();
        new ProcessBuilder("sh", "-c", script).start().waitFor();
        double aloneMillis = (lastStamp(stamps, size) - before) / 1e6;
        size = Files.size(stamps);
        before = nowNanos();
        String id = connection.send(request).expect(201).field("id");
        double oursMillis = (lastStamp(stamps, size) - before) / 1e6;
        awaitStatus(connection, id, "completed");
        if (i >= 0) { // the first ones warm up
          ours.add(oursMillis);
          alone.add(aloneMillis);
          ratios.add("latency", aloneMillis / oursMillis);
        }
      }
    }
    System.out.printf(
        "latency: POST to the agent's first instruction: %s (goal 10, 30)%n", ours.millis());
    System.out.printf("latency: the same script started alone by one JVM: %s%n", alone.millis());
  }

  private static long nowNanos() {
    Instant now = Instant.now();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }

  private static long lastStamp(Path stamps, long sizeBefore) throws IOException {
    await(() -> size(stamps) > sizeBefore, 200_000);
    String all = Files.readString(stamps).strip();
    return Long.parseLong(all.substring(all.lastIndexOf('\n') + 1));
  }

  private static long size(Path file) {
    try {
      return Files.exists(file) ? Files.size(file) : 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void awaitStatus(HttpConnection connection, String id, String status) {
    byte[] request = HttpConnection.request("GET", ORDERS + "/" + id, "");
    await(() -> send(connection, request).field("status").equals(status), 2_000_000);
  }

  private static Answer send(HttpConnection connection, byte[] request) {
    try {
      return connection.send(request).expect(200);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // ---- drain

  private void drain() throws Exception {
    for (int width : new int[] {2, 8}) {
      String name = "drain." + width;
      Map<String, String> settings =
          Map.of(
              "agentgate.queue.max-concurrent",
              Integer.toString(width),
              "agentgate.agents.true.command",
              "/bin/true");
      try (PackagedService service = service(directory(), settings);
          HttpConnection connection = service.connect()) {
        drainOnce(connection, 1); // warms up
        for (int round = 0; round < rounds; round++) {
          double theirs = xargs(width);
          double ours = drainOnce(connection, round + 2);
          System.out.printf(
              "drain: width %d: %.0f orders/s to %.0f/s of xargs -P = %.2f%n",
              width, ours, theirs, ours / theirs);
          ratios.add(name, ours / theirs);
        }
      }
      System.out.printf(
          "drain: width %d: median of %d rounds: %.2f (goal 0.4)%n",
          width, rounds, ratios.median(name));
    }
  }

  /** Queues orders while paused, then lets them run; orders per second from the resume on. */
  private static double drainOnce(HttpConnection connection, int times) throws IOException {
    connection.post("/api/v1/queue/pause", "").expect(200);
    byte[] request = HttpConnection.request("POST", ORDERS, order("true", ":"));
    for (int i = 0; i < ORDERS_TO_DRAIN; i++) {
      connection.send(request).expect(201);
    }
    byte[] health = HttpConnection.request("GET", "/api/v1/queue/health", "");
    String all = Integer.toString(times * ORDERS_TO_DRAIN);
    long started = System.nanoTime();
    connection.post("/api/v1/queue/resume", "").expect(200);
    await(() -> send(connection, health).field("completedCount").equals(all), 10_000_000);
    return ORDERS_TO_DRAIN * 1e9 / (System.nanoTime() - started);
  }

  private static double xargs(int width) throws Exception {
    long started = System.nanoTime();
    int code =
        new ProcessBuilder(
                "sh", "-c", "seq " + ORDERS_TO_DRAIN + " | xargs -P " + width + " -n 1 /bin/true")
            .start()
            .waitFor();
    if (code != 0) {
      throw new IOException("xargs: " + code);
    }
    return ORDERS_TO_DRAIN * 1e9 / (System.nanoTime() - started);
  }

  // ---- read and start

  /** A closed data directory with many orders, made once for all that read it. */
  private Path seeded() {
    Path dataDir = root.resolve("seeded");
    if (!seeded) {
      SampleOrders.store(dataDir, STORED);
      seeded = true;
    }
    return dataDir;
  }

  private void read() throws Exception {
    Path dataDir = seeded();
    String[] files = SubmitBench.files(dataDir);
    Random random = new Random(1);
    try (PackagedService service = service(dataDir, NOTHING_RUNS);
        HttpConnection connection = service.connect()) {
      for (String path :
          List.of(
              ORDERS + "/{id}",
              ORDERS + "?limit=20",
              ORDERS + "?limit=20&status=failed",
              ORDERS + "?limit=20&status=running",
              ORDERS + "?limit=20&label=team:team3",
              ORDERS + "?limit=20&label=team:nobody",
              "/api/v1/queue/health")) {
        Samples samples = new Samples();
        for (int i = -1_000; i < 2_000; i++) {
          String name = files[random.nextInt(files.length)];
          byte[] request =
              HttpConnection.request(
                  "GET", path.replace("{id}", name.substring(0, name.length() - 5)), "");
          long started = System.nanoTime();
          connection.send(request).expect(200);
          if (i >= 0) { // the first ones warm up
            samples.add(PackagedService.millisSince(started));
          }
        }
        System.out.printf(
            "read: %d stored: GET %s: %s (goal p99 5)%n", STORED, path, samples.millis());
      }
    }
  }

  private void start() throws Exception {
    Path empty = directory();
    Path full = seeded();
    Samples withNone = new Samples();
    Samples withMany = new Samples();
    service(empty, NOTHING_RUNS).close();
    for (int round = 0; round < Math.max(rounds, 5); round++) {
      double none = startMillis(empty);
      double many = startMillis(full);
      withNone.add(none);
      withMany.add(many);
      ratios.add("start", none / many);
    }
    System.out.printf(
        "start: exec to ready, nothing stored: %.0f ms (goal 2000)%n", withNone.median());
    System.out.printf(
        "start: exec to ready, %d stored: %.0f ms (goal 3000)%n", STORED, withMany.median());
  }

  private double startMillis(Path dataDir) throws IOException {
    try (PackagedService service = service(dataDir, NOTHING_RUNS)) {
      return service.readyMillis();
    }
  }

  // ---- stop

  private void stop() throws Exception {
    Map<String, String> settings =
        Map.of("agentgate.run.kill-grace", "PT" + KILL_GRACE_MILLIS / 1e3 + "S");
    try (PackagedService service = service(directory(), settings);
        HttpConnection connection = service.connect()) {
      String deaf = "trap '' TERM; ";
      System.out.printf(
          "stop: cancel of an agent that ends on SIGTERM, to its proven death: %s (goal p99 100)%n",
          stops(connection, "", "cancel", 0).millis());
      System.out.printf(
          "stop: cancel of one that ignores SIGTERM, beyond the grace of %d ms: %s (goal p99 200)%n",
          KILL_GRACE_MILLIS, stops(connection, deaf, "cancel", KILL_GRACE_MILLIS).millis());
      System.out.printf(
          "stop: kill?force=true of one that ignores SIGTERM: %s%n",
          stops(connection, deaf, "kill?force=true", 0).millis());
    }
  }

  private Samples stops(HttpConnection connection, String first, String how, long grace)
      throws IOException {
    Samples samples = new Samples();
    for (int i = -5; i < STOPS; i++) {
      Agent agent = Agent.start(connection, root.resolve("agent"), first);
      byte[] request = HttpConnection.request("POST", ORDERS + "/" + agent.id() + "/" + how, "");
      long started = System.nanoTime();
      connection.send(request).expect(200);
      double millis = PackagedService.millisSince(started) - grace;
      if (agent.lives()) {
        throw new IllegalStateException("Told to be dead, but alive: " + agent);
      }
      if (i >= 0) { // the first ones warm up
        samples.add(millis);
      }
    }
    return samples;
  }

  /** A shell with a child, both running. */
  private record Agent(String id, List<ProcessHandle> processes) {
    /** Starts one and waits until it has told its pids in {@code note}. */
    static Agent start(HttpConnection connection, Path note, String first) throws IOException {
      Files.deleteIfExists(note);
      String script = first + "sleep 600 & echo $$ $! end >" + note + "; wait";
      String id = connection.post(ORDERS, order("shell", script)).expect(201).field("id");
      await(() -> size(note) > 0 && read(note).endsWith("end\n"), 1_000_000);
      List<ProcessHandle> processes = new ArrayList<>();
      for (String pid : read(note).replace(" end\n", "").split(" ", -1)) {
        processes.add(ProcessHandle.of(Long.parseLong(pid)).orElseThrow());
      }
      return new Agent(id, processes);
    }

    private static String read(Path note) {
      try {
        return Files.readString(note);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    boolean lives() {
      return processes.stream().anyMatch(process -> process.isAlive() && !isZombie(process));
    }

    /** Whether it is dead and only its parent has not asked yet; no one can kill it any deader. */
    private static boolean isZombie(ProcessHandle process) {
      try {
        String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
        return stat.startsWith(") Z", stat.lastIndexOf(')'));
      } catch (IOException e) {
        return true; // Gone altogether.
      }
    }
  }

  // ---- restart

  private void restart() throws Exception {
    Map<String, String> settings =
        Map.of("agentgate.queue.max-concurrent", Integer.toString(ADOPTED));
    Samples ready = new Samples();
    Samples right = new Samples();
    for (int round = 0; round < rounds; round++) {
      Path dataDir = directory();
      List<Agent> agents = new ArrayList<>();
      PackagedService first = service(dataDir, settings);
      try (HttpConnection connection = first.connect()) {
        for (int i = 0; i < ADOPTED; i++) {
          agents.add(Agent.start(connection, root.resolve("agent"), ""));
        }
      }
      first.crash();
      agents.subList(0, ENDED_MEANWHILE).stream()
          .flatMap(agent -> agent.processes().stream())
          .forEach(ProcessHandle::destroyForcibly);
      long started = System.nanoTime();
      try (PackagedService second = service(dataDir, settings);
          HttpConnection connection = second.connect()) {
        String running = Integer.toString(ADOPTED - ENDED_MEANWHILE);
        byte[] health = HttpConnection.request("GET", "/api/v1/queue/health", "");
        await(
            () -> {
              Answer answer = send(connection, health);
              return answer.field("runningCount").equals(running)
                  && answer.field("failedCount").equals(Integer.toString(ENDED_MEANWHILE));
            },
            2_000_000);
        right.add(PackagedService.millisSince(started));
        ready.add(second.readyMillis());
        for (Agent agent : agents.subList(ENDED_MEANWHILE, ADOPTED)) {
          if (!agent.lives()) {
            throw new IllegalStateException("Did not survive the restart: " + agent);
          }
          connection.post(ORDERS + "/" + agent.id() + "/cancel", "").expect(200);
        }
      }
    }
    System.out.printf(
        "restart: kill -9 with %d agents, %d end meanwhile: exec to ready %.0f ms, to the right"
            + " state of every order %.0f ms (median of %d)%n",
        ADOPTED, ENDED_MEANWHILE, ready.median(), right.median(), rounds);
  }

  // ---- memory

  private void memory() throws Exception {
    Map<String, String> settings = Map.of("agentgate.run.log-max-size", "2G");
    try (PackagedService service = service(directory(), settings);
        HttpConnection connection = service.connect();
        HttpConnection stream = service.connect()) {
      double before = service.memory("VmRSS");
      String line = "0123456789".repeat(10);
      String script = "sleep 1; yes " + line + " | head -c " + PRINTED;
      long started = System.nanoTime();
      String id = connection.post(ORDERS, order("shell", script)).expect(201).field("id");
      byte[] get = HttpConnection.request("GET", ORDERS + "/" + id, "");
      await(() -> send(connection, get).body().contains("\"currentRunId\""), 2_000_000);
      String run = send(connection, get).field("currentRunId");
      AtomicLong streamed = new AtomicLong();
      Samples resident = new Samples();
      try (ExecutorService follower = Executors.newSingleThreadExecutor()) {
        Future<Boolean> followed =
            follower.submit(() -> {
              InputStream in = stream.stream("/api/v1/runs/" + run + "/log/stream");
              byte[] buffer = new byte[1 << 16];
              for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                streamed.addAndGet(n);
                if (new String(buffer, 0, n, StandardCharsets.ISO_8859_1).contains("event: end")) {
                  break;
                }
              }
              return true;
            });
        await(
            () -> {
              try {
                resident.add(service.memory("VmRSS"));
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
              return send(connection, get).field("status").equals("completed");
            },
            50_000_000);
        System.out.printf(
            "memory: %d MB printed in %.1f s%n", PRINTED / 1_000_000, secondsSince(started));
        followed.get();
      }
      System.out.printf("memory: the stream was over after %.1f s%n", secondsSince(started));
      System.out.printf(
          "memory: resident %.0f MiB before, %.0f MiB in the middle, %.0f MiB at the most; %d MB"
              + " came by the stream%n",
          before, resident.median(), service.memory("VmHWM"), streamed.get() / 1_000_000);
      long size =
          connection.get("/api/v1/runs/" + run).field("logBytes").transform(Long::parseLong);
      System.out.printf("memory: the log holds %d MB%n", size / 1_000_000);
    }
  }

  private static double secondsSince(long started) {
    return PackagedService.millisSince(started) / 1e3;
  }
}
