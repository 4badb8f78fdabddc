package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;

import dev.agentgate.FreePorts;
import dev.agentgate.store.postgres.PostgresServer;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;

/**
 * The packaged application as a process of its own, which can be killed and started again on the
 * same data. Closing it ends it and fails if anything of it is left on this machine.
 */
final class Service implements AutoCloseable {
  static final Path PROJECT = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
  private static final Path EXECUTABLE = Path.of(System.getProperty("native.image.path", "none"));
  private static final Path JAR = PROJECT.resolve("target/quarkus-app");
  private static final Path LOGS = PROJECT.resolve("target/it-logs");

  /** The databases of services by their homes, if all tests run on PostgreSQL. */
  private static final Map<Path, String> DATABASES = new ConcurrentHashMap<>();

  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  /** What a start costs is what most crash tests wait for: one compiler, one collector thread. */
  private static final List<String> QUICK_START =
      List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

  private final Path home;
  private final Path data;
  private final Path log;
  private final Map<String, String> environment = new TreeMap<>();
  private final int port = FreePorts.next();
  private final int managementPort = FreePorts.next();
  private final Client client = new Client(port);
  private final HttpClient probe = HttpClient.newHttpClient();
  private Host host = Host.ofBuild();
  private List<String> javaOptions = QUICK_START;
  private List<String> prefix = List.of();
  private boolean terminal;
  private boolean copied;
  private List<String> limits = List.of();
  private Process process;

  private Service(Path home) {
    this.home = real(home);
    this.data = this.home.resolve("data");
    this.log = newLog();
    environment.put("PATH", "/usr/local/bin:/usr/bin:/bin");
    environment.put("LANG", "C.UTF-8");
    environment.put("AGENTGATE_DATA_DIR", data.toString());
    environment.put("AGENTGATE_AGENTS_SHELL_ENABLED", "true");
    environment.put("AGENTGATE_RUN_KILL_GRACE", "PT1S");
    environment.put("AGENTGATE_SHUTDOWN_DRAIN_TIMEOUT", "PT0S");
    environment.put("AGENTGATE_HEALTH_QUEUE_DEPTH_THRESHOLD", "1000000");
    environment.put("QUARKUS_HTTP_PORT", Integer.toString(port));
    environment.put("QUARKUS_MANAGEMENT_PORT", Integer.toString(managementPort));
    if (System.getProperty("agentgate.it.store", "file").equals("postgres")) {
      onPostgres(DATABASES.computeIfAbsent(this.home, _ -> PostgresServer.emptyDatabase()));
    }
  }

  /** Keeps its orders in a database of {@link PostgresServer}. */
  Service onPostgres(String database) {
    environment.put("AGENTGATE_STORE_KIND", "postgres");
    environment.put("QUARKUS_DATASOURCE_JDBC_URL", PostgresServer.url(database));
    return this;
  }

  /** Whether its orders are files in its data directory. */
  boolean keepsOrdersInFiles() {
    return !"postgres".equals(environment.get("AGENTGATE_STORE_KIND"));
  }

  /** Not one that an earlier build wrote. */
  private static Path newLog() {
    Path file = LOGS.resolve(caller() + "-" + COUNT.incrementAndGet() + ".log");
    try {
      Files.createDirectories(LOGS);
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file;
  }

  /**
   * A service that is not started yet.
   *
   * @param home a directory of its own for its data and everything else
   */
  static Service in(Path home) {
    return new Service(home);
  }

  Service with(String variable, Object value) {
    environment.put(variable, value.toString());
    return this;
  }

  Service without(String variable) {
    environment.remove(variable);
    return this;
  }

  Service on(Host surroundings) {
    surroundings.assume();
    host = surroundings;
    return this;
  }

  /** As a user starts it, without what makes the tests quicker. */
  Service withJavaOptions(String... options) {
    javaOptions = List.of(options);
    return this;
  }

  /** Whether it is the native executable, which takes no options of a JVM. */
  static boolean isNative() {
    return Files.isExecutable(EXECUTABLE);
  }

  /** Lets it have no more open files than this; the program that sets it becomes the service. */
  Service withDescriptors(int most) {
    limits = List.of("prlimit", "--nofile=" + most + ":" + most);
    return this;
  }

  /** Starts it from a copy of its own, which can be removed while it runs. */
  Service fromACopy() {
    copied = true;
    return this;
  }

  /**
   * Removes the copy that it was started from, as an upgrade does. The next start makes it anew.
   */
  void removeApplication() {
    assertThat(copied).isTrue();
    run("chmod", "-R", "u+w", copy().getParent().toString());
    run("rm", "-rf", copy().toString());
  }

  /** Starts it below another program. */
  Service under(String... command) {
    prefix = List.of(command);
    return this;
  }

  /** With a terminal for its output; {@code script} of util-linux makes one. */
  Service onATerminal() {
    terminal = true;
    return this;
  }

  /**
   * Starts it and waits until it is ready.
   *
   * @return how long that took
   */
  Duration start() {
    long began = System.nanoTime();
    launch();
    awaitReady();
    return Duration.ofNanos(System.nanoTime() - began);
  }

  /** Starts it without a single request, not even to a probe. */
  void startUnasked() {
    launch();
    await("the service to have started")
        .atMost(PATIENCE)
        .until(() -> !process.isAlive() || said().contains(" started in "));
    assertThat(process.isAlive()).as("it started; see " + log).isTrue();
  }

  /** Starts it and waits for nothing. */
  void launch() {
    assertThat(process == null || !process.isAlive()).isTrue();
    try {
      prepareHome();
      ProcessBuilder builder =
          new ProcessBuilder(command())
              .directory(workingDirectory().toFile())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
      builder.environment().clear();
      builder.environment().putAll(environment);
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> command() {
    List<String> command = Host.join(prefix, Host.join(limits, host.wrap(program(), environment)));
    if (!terminal) {
      return command;
    }
    String quoted =
        command.stream()
            .map(word -> "'" + word.replace("'", "'\\''") + "'")
            .collect(Collectors.joining(" ", "exec ", ""));
    return List.of("script", "-qefc", quoted, "/dev/null");
  }

  private List<String> program() {
    if (Files.isExecutable(EXECUTABLE)) {
      return List.of(installed(EXECUTABLE).toString());
    }
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Path jar = installed(JAR).resolve("quarkus-run.jar");
    return Host.join(List.of(java), Host.join(optionsFor(jar), List.of("-jar", jar.toString())));
  }

  private List<String> optionsFor(Path jar) {
    return javaOptions.equals(QUICK_START) && !isCopied()
        ? Host.join(javaOptions, AotCache.options(jar, javaOptions))
        : javaOptions;
  }

  /** The command that runs the client of the same executable. */
  List<String> clientCommand(String... arguments) {
    return Host.join(program(), List.of(arguments));
  }

  /**
   * Starts a command of the same executable with the settings of the service.
   *
   * @param said the file for both of its outputs
   */
  Process startCommand(Path said, String... arguments) {
    try {
      prepareHome();
      ProcessBuilder builder =
          new ProcessBuilder(host.wrap(clientCommand(arguments), environment))
              .directory(workingDirectory().toFile())
              .redirectErrorStream(true)
              .redirectOutput(said.toFile());
      builder.environment().clear();
      builder.environment().putAll(environment);
      return builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path installed(Path built) {
    return isCopied() ? copy().resolve(built.getFileName()) : built;
  }

  private boolean isCopied() {
    return copied || host == Host.UNPRIVILEGED;
  }

  /** Where an unprivileged user can read it and nobody can write. */
  private Path copy() {
    return home.resolve("app").resolve("copy");
  }

  private Path workingDirectory() {
    return host == Host.UNPRIVILEGED ? home.resolve("app") : home;
  }

  private void prepareHome() throws IOException {
    Files.createDirectories(data);
    Path copy = copy();
    if (isCopied() && !Files.isDirectory(copy)) {
      Files.createDirectories(copy);
      Path built = Files.isExecutable(EXECUTABLE) ? EXECUTABLE : JAR;
      run("cp", "-r", built.toString(), copy.toString());
      run("chmod", "-R", "a-w,a+rX", copy.getParent().toString());
    }
    if (host == Host.UNPRIVILEGED) {
      Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
      run("chown", "65534:65534", data.toString());
    }
  }

  void awaitReady() {
    try {
      await("the service to be ready")
          .atMost(PATIENCE)
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(10))
          .until(() -> !process.isAlive() || probe("/q/health/ready").status() == 200);
    } catch (ConditionTimeoutException e) {
      fail("Not ready; see " + log + "; readiness says: " + probe("/q/health/ready"), e);
    }
    assertThat(process.isAlive()).as("it started; see " + log).isTrue();
  }

  /** What the management port said; status 0: nothing. */
  record Probe(int status, String text) {}

  Probe probe(String path) {
    try {
      HttpResponse<String> answer =
          probe.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort + path))
                  .timeout(Duration.ofMinutes(1))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      return new Probe(answer.statusCode(), answer.body());
    } catch (IOException e) {
      return new Probe(0, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The sum of a metric over its labels. */
  double metric(String name) {
    List<String> samples =
        probe("/q/metrics")
            .text()
            .lines()
            .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
            .toList();
    assertThat(samples).as(name).isNotEmpty();
    return samples.stream()
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  Client client() {
    return client;
  }

  int port() {
    return port;
  }

  long pid() {
    return process.pid();
  }

  Path data() {
    return data;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** A file outside the data directory that agents may write to. */
  Path outside(String name) {
    try {
      Path directory = home.resolve("outside");
      if (!Files.isDirectory(directory)) {
        Files.createDirectory(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
      }
      return directory.resolve(name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The power goes; what it started lives on. */
  void kill9() {
    process.destroyForcibly();
    awaitExit();
  }

  void kill9AndRestart() {
    kill9();
    start();
  }

  /** Asks it to end. */
  void terminate() {
    // What it runs under may not pass the signal on: unshare(1) does not.
    Optional<ProcessHandle> below =
        prefix.isEmpty() && !terminal ? Optional.empty() : process.children().findFirst();
    below.ifPresentOrElse(ProcessHandle::destroy, process::destroy);
  }

  int awaitExit() {
    try {
      assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
          .as("it ended; see " + log)
          .isTrue();
      return process.exitValue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What it logged so far. */
  String said() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is left of runs: names in {@code runs/} and {@code workspaces/}. */
  List<String> runFiles() {
    return Stream.of("runs", "workspaces").flatMap(name -> names(data.resolve(name))).toList();
  }

  private static Stream<String> names(Path directory) {
    String[] names = directory.toFile().list((_, name) -> name.startsWith("run_"));
    return Stream.of(names == null ? new String[0] : names);
  }

  /** Processes that its runs or its git commands left, now. */
  List<String> processes() {
    return Machine.processesNaming(data.toString(), pid());
  }

  /** Ends it, the runs as well, and fails if one of them lives on. */
  @Override
  public void close() {
    if (process == null) {
      return;
    }
    boolean running = process.isAlive();
    terminate();
    int exit = awaitExit();
    List<String> left = processes();
    left.forEach(one -> Machine.kill(Long.parseLong(one.substring(0, one.indexOf(' '))), "KILL"));
    assertThat(left).as("processes left behind by the service that logged to " + log).isEmpty();
    if (running) {
      assertThat(exit).as("exit code; see " + log).isEqualTo(143);
    }
  }

  /** Runs a program to its end. */
  static void run(String... command) {
    try {
      File output = File.createTempFile("run", ".txt");
      Process done =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output).start();
      int code = done.waitFor();
      String said = Files.readString(output.toPath());
      Files.delete(output.toPath());
      assertThat(code).as(String.join(" ", command) + ": " + said).isZero();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String caller() {
    return StackWalker.getInstance()
        .walk(frames ->
            frames
                .map(StackWalker.StackFrame::getClassName)
                .filter(name -> name.endsWith("IT") || name.endsWith("Contract"))
                .findFirst())
        .map(name -> name.substring(name.lastIndexOf('.') + 1))
        .orElse("Service");
  }
}
