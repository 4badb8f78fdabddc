package dev.agentgate.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The packaged application as a process of its own, on free loopback ports. Whatever it started is
 * gone after {@link #close}, and after a bench that was itself told to end.
 */
public final class PackagedService implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Process process;
  private final int port;
  private final double readyMillis;

  private PackagedService(Process process, int port, double readyMillis) {
    this.process = process;
    this.port = port;
    this.readyMillis = readyMillis;
  }

  /**
   * Starts it and waits until it is ready.
   *
   * @param application the runnable jar, or the native executable
   * @param settings configuration on top of a shell agent and no limits
   */
  public static PackagedService start(Path application, Path dataDir, Map<String, String> settings)
      throws IOException {
    return start(application, dataDir, settings, List.of());
  }

  /**
   * As {@link #start(Path, Path, Map)}, with options for the virtual machine, which the native
   * executable understands as well.
   */
  public static PackagedService start(
      Path application, Path dataDir, Map<String, String> settings, List<String> options)
      throws IOException {
    int port = freePort();
    int management = freePort();
    List<String> properties = new ArrayList<>(options);
    properties.add("-Dagentgate.data-dir=" + dataDir);
    properties.add("-Dagentgate.agents.shell.enabled=true");
    properties.add("-Dagentgate.queue.max-depth=10000000");
    properties.add("-Dagentgate.health.queue-depth-threshold=10000000");
    properties.add("-Dquarkus.http.port=" + port);
    properties.add("-Dquarkus.management.port=" + management);
    settings.forEach((key, value) -> properties.add("-D" + key + "=" + value));
    List<String> command = new ArrayList<>();
    if (application.toString().endsWith(".jar")) {
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(properties);
      command.add("-jar");
      command.add(application.toString());
    } else {
      command.add(application.toString());
      command.addAll(properties);
    }
    long started = System.nanoTime();
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(
                ProcessBuilder.Redirect.appendTo(
                    dataDir.resolveSibling(dataDir.getFileName() + ".log").toFile()))
            .start();
    StartedProcesses.add(process.toHandle());
    while (!isReady(management)) {
      if (!process.isAlive() || millisSince(started) > PATIENCE.toMillis()) {
        throw new IOException("The service did not become ready; see its log beside " + dataDir);
      }
      LockSupport.parkNanos(5_000_000);
    }
    return new PackagedService(process, port, millisSince(started));
  }

  public static double millisSince(long started) {
    return (System.nanoTime() - started) / 1e6;
  }

  /** Returns a loopback port that nobody listens on. */
  public static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static boolean isReady(int management) {
    try (HttpConnection connection = new HttpConnection(management)) {
      return connection.get("/q/health/ready").status() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /** Returns the process of the service itself. */
  public ProcessHandle process() {
    return process.toHandle();
  }

  public HttpConnection connect() throws IOException {
    return new HttpConnection(port);
  }

  /** From the exec to the first readiness probe that said yes. */
  public double readyMillis() {
    return readyMillis;
  }

  /** A line of {@code /proc/pid/status} in MiB, such as {@code VmRSS}. */
  double memory(String line) throws IOException {
    String status = Files.readString(Path.of("/proc/" + process.pid() + "/status"));
    Matcher found = Pattern.compile(line + ":\\s+(\\d+) kB").matcher(status);
    if (!found.find()) {
      throw new IOException("No " + line);
    }
    return Long.parseLong(found.group(1)) / 1024.0;
  }

  /** SIGKILL to the service alone; its agents live on. */
  void crash() throws InterruptedException {
    process.descendants().forEach(StartedProcesses::add);
    process.destroyForcibly().waitFor();
  }

  /** SIGKILL to the agents, then SIGTERM to the service, which ends by itself. */
  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    StartedProcesses.end(process);
  }
}
