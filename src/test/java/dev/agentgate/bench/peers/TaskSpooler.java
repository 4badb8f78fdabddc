package dev.agentgate.bench.peers;

import dev.agentgate.bench.StartedProcesses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Task-spooler: a server for one user that keeps its queue in memory. Debian calls it tsp. */
final class TaskSpooler implements Peer {
  private static final int PATIENCE_SECONDS = 30;

  /** A job that waits is a process, and the server takes fewer than 1,000. */
  private static final int MOST_QUEUED = 500;

  private final Path directory;
  private final Map<String, String> environment;
  private @Nullable ProcessHandle server;

  /**
   * Prepares one.
   *
   * @param directory for its socket and the output of its jobs
   */
  TaskSpooler(Path directory) {
    this.directory = directory;
    this.environment =
        Map.of(
            "TS_SOCKET", directory.resolve("socket").toString(),
            "TMPDIR", directory.toString(),
            "TS_MAXFINISHED", "100");
  }

  @Override
  public String name() {
    return "task-spooler";
  }

  @Override
  public String version() throws Exception {
    return Programs.versionIn(Programs.output("tsp", "-V"));
  }

  @Override
  public String setup() {
    return "`tsp -S 8`, output in files; drains 500 jobs, because it cannot queue 1,000; a cancel is `tsp -k`";
  }

  @Override
  public Map<Measure, String> lacks() {
    Map<Measure, String> lacks = new EnumMap<>(Measure.class);
    for (Measure submit : List.of(Measure.SUBMIT_ONE, Measure.SUBMIT_MANY, Measure.SUBMIT_BULK)) {
      lacks.put(submit, "not durable");
    }
    return lacks;
  }

  private String tsp(String... arguments) throws IOException, InterruptedException {
    return Programs.output(
        environment, Stream.concat(Stream.of("tsp"), Stream.of(arguments)).toList());
  }

  @Override
  public void start() throws Exception {
    Files.createDirectories(directory);
    tsp("-S", "8");
    server = findServer();
    StartedProcesses.add(server);
  }

  /** It has left its parent, so it is found by its socket. */
  private ProcessHandle findServer() throws IOException {
    String socket = "TS_SOCKET=" + environment.get("TS_SOCKET") + "\0";
    return ProcessHandle.allProcesses()
        .filter(process -> process.info().command().orElse("").endsWith("/tsp"))
        .filter(process -> environmentOf(process).contains(socket))
        .findFirst()
        .orElseThrow(() -> new IOException("tsp does not run"));
  }

  private static String environmentOf(ProcessHandle process) {
    try {
      return Files.readString(Path.of("/proc/" + process.pid() + "/environ"));
    } catch (IOException e) {
      return "";
    }
  }

  @Override
  public String submit(String script) throws Exception {
    return tsp("sh", "-c", script);
  }

  @Override
  public double drain(int jobs, int width) throws Exception {
    // It cannot be paused: one job holds the only slot until the others are queued.
    Path gate = directory.resolve("gate");
    Programs.output("mkfifo", gate.toString());
    tsp("-S", "1");
    tsp("sh", "-c", "read -r line <" + gate);
    String last = "";
    int queued = Math.min(jobs, MOST_QUEUED);
    for (int i = 0; i < queued; i++) {
      last = tsp("/bin/true");
    }
    long started = System.nanoTime();
    tsp("-S", Integer.toString(width));
    Files.writeString(gate, "\n");
    tsp("-w", last);
    Files.delete(gate);
    return queued * 1e9 / (System.nanoTime() - started);
  }

  @Override
  public void cancel(String job) throws Exception {
    tsp("-k", job);
  }

  @Override
  public double memory() throws Exception {
    return Programs.memory(List.of(Objects.requireNonNull(server, "It was not started")));
  }

  @Override
  public void close() throws IOException {
    if (server != null) {
      ProcessBuilder end = new ProcessBuilder("tsp", "-K");
      end.environment().putAll(environment);
      // The server may end before the command has its answer, which the command calls a failure.
      end.start().onExit().join();
      server.onExit().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
      server = null;
    }
  }
}
