package dev.agentgate.workspace;

import dev.agentgate.workorder.RunId;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Runs the {@code git} command line independently of the machine's setup. The environment is built
 * from scratch, configuration of the machine and the user is not read, no hook, filter or
 * credential prompt runs, and only one protocol is allowed. Each process leads a session of its
 * own, carries the run's id, and does not outlive its call.
 *
 * <p>The token is in the environment of only those git processes that talk to the GitHub host. A
 * credential helper that git asks for that host alone takes it from there. So the token is in no
 * argument list, URL or file, and does not follow a redirect to another host.
 *
 * @see <a href="https://git-scm.com/docs/gitcredentials">gitcredentials</a>
 */
final class GitCommand {
  private static final Logger LOG = Logger.getLogger(GitCommand.class);
  private static final String TOKEN_VARIABLE = "AGENTGATE_CHECKOUT_TOKEN";
  private static final int KEPT_OUTPUT = 64 * 1024;
  private static final String SSH_FAILED = "fatal: Could not read from remote repository";
  private static final Pattern SERVER_PATH = Pattern.compile("(?<![\\w.:/-])~?/[^\\s\"':]+");
  private static final int KEPT_LINES = 3;
  private static final int MAX_MESSAGE = 1000;
  private static final Duration SWEEP_TIME = Duration.ofSeconds(5);

  /**
   * Higher exit codes are 128 plus the number of a signal. Git itself exits with 129 for wrong
   * usage.
   */
  private static final int LAST_OWN_CODE = 129;

  /** Variables that git needs to reach remotes: proxies, certificates and the operator's ssh. */
  private static final List<String> INHERITED =
      List.of(
          "PATH",
          "HOME",
          "USER",
          "LOGNAME",
          "TMPDIR",
          "http_proxy",
          "https_proxy",
          "HTTPS_PROXY",
          "all_proxy",
          "ALL_PROXY",
          "no_proxy",
          "NO_PROXY",
          "SSL_CERT_FILE",
          "SSL_CERT_DIR",
          "GIT_SSL_CAINFO",
          "GIT_SSL_CAPATH",
          "GIT_SSH_COMMAND",
          "SSH_AUTH_SOCK");

  private final Path configuration;
  private final Optional<String> token;
  private final List<String> hidden;

  /**
   * @param configuration the file for git's configuration; overwritten
   * @param token the token for the host; sent nowhere else
   * @param hidden paths of this machine that no message may show
   */
  GitCommand(Path configuration, GitHubHost host, Optional<String> token, List<String> hidden)
      throws IOException {
    if (token.filter(text -> text.chars().anyMatch(Character::isISOControl)).isPresent()) {
      throw new IllegalArgumentException("The GitHub token contains a control character");
    }
    this.configuration = configuration;
    this.token = token.filter(text -> !text.isEmpty());
    this.hidden = List.copyOf(hidden);
    Path aside = configuration.resolveSibling(configuration.getFileName() + ".new");
    Files.writeString(aside, configurationText(host));
    Files.move(aside, configuration, StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * The access that one call has.
   *
   * @param protocol the only allowed protocol, as in {@code GIT_ALLOW_PROTOCOL}
   * @param withToken whether the call may use the token
   */
  record Access(String protocol, boolean withToken) {
    static final Access LOCAL = new Access("file", false);
  }

  /**
   * Runs {@code git} with these arguments.
   *
   * @return the end of its output, stdout and stderr together
   * @throws GitFailedException if it failed, with its message
   * @throws WorkspaceFailedException if the time ran out or git was killed
   */
  String run(RunId run, Access access, Deadline deadline, String... arguments)
      throws WorkspaceFailedException, InterruptedException {
    return execute(run, access, deadline, arguments).text();
  }

  /**
   * Runs {@code git} with these arguments and returns its whole output.
   *
   * @throws GitFailedException if it failed, with its message
   * @throws WorkspaceFailedException if the output was too long, the time ran out or git was killed
   */
  String readAll(RunId run, Access access, Deadline deadline, String... arguments)
      throws WorkspaceFailedException, InterruptedException {
    OutputTail output = execute(run, access, deadline, arguments);
    if (!output.isWhole()) {
      throw new WorkspaceFailedException(
          "git " + subcommand(List.of(arguments)) + " printed more than the service reads");
    }
    return output.text();
  }

  /**
   * Runs {@code git} with these arguments on this machine, for output of any length and any bytes.
   *
   * @param input the file for its standard input
   * @param reader reads its standard output; if the reader returns early, git is stopped
   * @throws GitFailedException if it failed, with its message
   * @throws WorkspaceFailedException if the reader failed, the time ran out or git was killed
   */
  void stream(RunId run, Deadline deadline, Path input, Reader reader, String... arguments)
      throws WorkspaceFailedException, InterruptedException {
    execute(run, Access.LOCAL, deadline, new Streams(input, Optional.of(reader)), arguments);
  }

  /** Reads git's output in a thread of its own. */
  @FunctionalInterface
  interface Reader {
    void read(InputStream output) throws IOException;
  }

  private record Streams(Path input, Optional<Reader> reader) {
    static final Streams NONE = new Streams(Path.of("/dev/null"), Optional.empty());
  }

  private OutputTail execute(RunId run, Access access, Deadline deadline, String... arguments)
      throws WorkspaceFailedException, InterruptedException {
    return execute(run, access, deadline, Streams.NONE, arguments);
  }

  private OutputTail execute(
      RunId run, Access access, Deadline deadline, Streams streams, String... arguments)
      throws WorkspaceFailedException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("setsid", "git"));
    command.addAll(List.of(arguments));
    String name = "git " + subcommand(List.of(arguments));
    requireEncodable(command);
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    Process process = start(command, environment(run, access), streams);
    Optional<Reading> reading = streams.reader().map(reader -> Reading.of(process, reader));
    OutputTail output =
        OutputTail.of(reading.isPresent() ? process.getErrorStream() : process.getInputStream());
    try {
      if (!process.waitFor(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
        throw deadline.exceeded(name);
      }
      if (reading.isPresent() && !reading.get().awaitEnd(deadline)) {
        throw deadline.exceeded("Reading the output of " + name);
      }
      // Git waits for its helpers, so a helper that keeps the output open is stuck.
      if (!output.awaitEnd(Duration.ofSeconds(1))) {
        LOG.warnf("%s of %s left a process behind; killing it", name, run);
      }
    } finally {
      if (process.isAlive()
          || !output.isEnded()
          || reading.filter(it -> !it.isEnded()).isPresent()) {
        process.destroyForcibly();
        killSession(process.pid());
      }
    }
    if (reading.isPresent() && reading.get().isCutShort(name)) {
      return output;
    }
    int code = process.exitValue();
    if (code > LAST_OWN_CODE) {
      throw new WorkspaceFailedException(name + " was killed by signal " + (code - 128));
    }
    if (code != 0) {
      throw new GitFailedException(
          name + " failed: " + said(output.text(), code) + credentialHint(output.text(), access),
          code);
    }
    return output;
  }

  private static Process start(
      List<String> command, Map<String, String> environment, Streams streams)
      throws WorkspaceFailedException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(new File("/"))
            .redirectErrorStream(streams.reader().isEmpty())
            .redirectInput(streams.input().toFile());
    // Variables that stay equal are not touched: Java then keeps their bytes in every locale.
    builder
        .environment()
        .entrySet()
        .removeIf(variable -> !variable.getValue().equals(environment.get(variable.getKey())));
    environment.forEach(builder.environment()::putIfAbsent);
    try {
      return builder.start();
    } catch (IOException e) {
      throw new WorkspaceFailedException("git could not be started; is it installed?", e);
    }
  }

  private Map<String, String> environment(RunId run, Access access) {
    Map<String, String> environment = new HashMap<>();
    for (String name : INHERITED) {
      Optional.ofNullable(System.getenv(name)).ifPresent(value -> environment.put(name, value));
    }
    environment.putIfAbsent("GIT_SSH_COMMAND", "ssh -oBatchMode=yes -oConnectTimeout=30");
    environment.put("AGENTGATE_RUN_ID", run.value());
    environment.put("LC_ALL", "C");
    environment.put("GIT_ALLOW_PROTOCOL", access.protocol());
    environment.put("GIT_CONFIG_NOSYSTEM", "1");
    environment.put("GIT_CONFIG_GLOBAL", configuration.toString());
    environment.put("GIT_ATTR_NOSYSTEM", "1");
    environment.put("GIT_TERMINAL_PROMPT", "0");
    environment.put("GIT_LFS_SKIP_SMUDGE", "1");
    // The service's user may have no name, but git needs one for reflogs.
    environment.put("GIT_COMMITTER_NAME", "AgentGate");
    environment.put("GIT_COMMITTER_EMAIL", "agentgate@localhost");
    if (access.withToken()) {
      token.ifPresent(value -> environment.put(TOKEN_VARIABLE, value));
    }
    return environment;
  }

  private static String configurationText(GitHubHost host) {
    // safe.directory: repositories behind a file: URL may belong to other users. Only the
    // operator's base URL and roots decide which repositories can be reached.
    // gc.autoDetach: a garbage collection in the background would outlive the call.
    String text =
        """
        # Written by AgentGate at every start, for its own checkouts only.
        [safe]
          directory = *
        [core]
          hooksPath = /dev/null
          attributesFile = /dev/null
          excludesFile = /dev/null
          fsmonitor = false
          askPass =
        [protocol "ext"]
          allow = never
        [submodule]
          recurse = false
        [fetch]
          recurseSubmodules = false
        [gc]
          autoDetach = false
        [maintenance]
          autoDetach = false
        [init]
          defaultBranch = main
        [http]
          lowSpeedLimit = 1000
          lowSpeedTime = 60
        """;
    return host.credentialScope().map(scope -> text + credentialHelper(scope)).orElse(text);
  }

  private static String credentialHelper(String scope) {
    return """
    [credential "%s"]
      helper = "!f() { test \\"$1\\" = get && test -n \\"$%2$s\\" && printf '%%s\\\\n' \
    username=x-access-token \\"password=$%2$s\\"; }; f"
    """
        .formatted(scope, TOKEN_VARIABLE);
  }

  /** Refuses arguments that the locale cannot express, because git would receive different ones. */
  private static void requireEncodable(List<String> command) throws WorkspaceFailedException {
    Charset charset = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
    for (String argument : command) {
      if (!charset.newEncoder().canEncode(argument)) {
        throw new WorkspaceFailedException(
            "The service's locale cannot express a name in this source; start it with LC_ALL=C.UTF-8");
      }
    }
  }

  private static String subcommand(List<String> arguments) {
    int at = 0;
    while (at < arguments.size() && arguments.get(at).startsWith("-")) {
      // These two options take their value as a separate argument.
      at += arguments.get(at).equals("-C") || arguments.get(at).equals("-c") ? 2 : 1;
    }
    return at < arguments.size() ? arguments.get(at) : "";
  }

  /** Adds what git cannot know: whether a token was available. */
  private String credentialHint(String output, Access access) {
    if (!output.contains("could not read Username")
        && !output.contains("Authentication failed for")) {
      return "";
    }
    if (!access.withToken()) {
      return ". The remote asks for credentials, and AgentGate has none for it";
    }
    return token.isPresent()
        ? ". The remote refused the token (agentgate.github.token)"
        : ". The repository is private or does not exist, and no token is configured"
            + " (agentgate.github.token)";
  }

  /**
   * Returns what ssh printed before git gave up, because git prints the same message for every
   * cause. Paths of keys and of configuration are removed.
   */
  private static List<String> saidBySsh(List<String> lines) {
    int end = 0;
    while (end < lines.size() && !lines.get(end).startsWith(SSH_FAILED)) {
      end++;
    }
    if (end == lines.size()) {
      return List.of();
    }
    return lastOf(
            lines.subList(0, end).stream()
                .filter(line -> !line.startsWith("Warning:") && !line.startsWith("@"))
                .filter(line -> !isTelling(line))
                .toList(),
            2)
        .stream()
        .map(line -> SERVER_PATH.matcher(line).replaceAll("…"))
        .toList();
  }

  private static boolean isTelling(String line) {
    return line.startsWith("fatal:")
        || line.startsWith("error:")
        || line.startsWith("ERROR:")
        || line.startsWith("remote:");
  }

  /** Returns git's own message: its errors, or else its last line. */
  private String said(String output, int code) {
    List<String> lines = output.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    List<String> telling = lines.stream().filter(GitCommand::isTelling).toList();
    List<String> chosen = new ArrayList<>(saidBySsh(lines));
    chosen.addAll(telling.isEmpty() ? lastOf(lines, 1) : lastOf(telling, KEPT_LINES));
    if (chosen.isEmpty()) {
      return "exit code " + code;
    }
    String text = String.join("; ", chosen);
    if (token.isPresent()) {
      text = text.replace(token.get(), "***");
    }
    for (String path : hidden) {
      text = text.replace(path, "…");
    }
    text = text.replaceAll("\\p{Cntrl}", " ");
    return text.length() > MAX_MESSAGE ? text.substring(0, MAX_MESSAGE) + "…" : text;
  }

  private static List<String> lastOf(List<String> lines, int count) {
    return lines.subList(Math.max(0, lines.size() - count), lines.size());
  }

  /**
   * Kills all remaining processes of a session, even those that its leader no longer knows. Repeats
   * until none is found.
   */
  private static void killSession(long leader) {
    long end = System.nanoTime() + SWEEP_TIME.toNanos();
    List<Long> members = members(leader);
    while (!members.isEmpty()) {
      if (System.nanoTime() > end) {
        LOG.errorf("Processes %s of a git session survived SIGKILL", members);
        return;
      }
      for (long pid : members) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
      members = members(leader);
    }
  }

  /**
   * Returns the live processes of a session.
   *
   * @see <a href="https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html">proc_pid_stat(5)</a>
   */
  private static List<Long> members(long session) {
    List<Long> members = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of("/proc"), "[1-9]*")) {
      for (Path entry : entries) {
        try {
          String stat =
              new String(Files.readAllBytes(entry.resolve("stat")), StandardCharsets.ISO_8859_1);
          // After the name, which may contain anything, come state, parent, group and session.
          String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", 5);
          if (Long.parseLong(fields[3]) == session && !fields[0].matches("[ZX]")) {
            members.add(Long.parseLong(entry.getFileName().toString()));
          }
        } catch (IOException e) {
          // The process has ended meanwhile.
        }
      }
    } catch (IOException e) {
      LOG.error("/proc cannot be read; git processes may still be running", e);
    }
    return members;
  }

  /** Runs a reader on the output of a process. */
  private static final class Reading {
    private final Process process;
    private final Reader reader;
    private final Thread thread = Thread.ofVirtual().name("git-reader").unstarted(this::read);
    private volatile boolean cutShort;
    private volatile @Nullable IOException failure;

    private Reading(Process process, Reader reader) {
      this.process = process;
      this.reader = reader;
    }

    static Reading of(Process process, Reader reader) {
      Reading reading = new Reading(process, reader);
      reading.thread.start();
      return reading;
    }

    boolean awaitEnd(Deadline deadline) throws InterruptedException {
      return thread.join(Duration.ofNanos(Math.max(1, deadline.remainingNanos())));
    }

    boolean isEnded() {
      return !thread.isAlive();
    }

    /** Whether git was stopped because the reader returned early. */
    boolean isCutShort(String name) throws WorkspaceFailedException {
      IOException problem = failure;
      if (problem != null) {
        throw new WorkspaceFailedException(
            "The output of " + name + " could not be read or kept", problem);
      }
      return cutShort;
    }

    private void read() {
      try (InputStream output = process.getInputStream()) {
        reader.read(output);
        cutShort = output.read() >= 0;
      } catch (IOException e) {
        failure = e;
      } catch (RuntimeException e) {
        // A part of git's output must not be mistaken for all of it.
        failure = new IOException(e);
      }
      if (cutShort || failure != null) {
        process.destroyForcibly();
      }
    }
  }

  /** Keeps the end of a stream. Reads it at once, so that the writer never blocks. */
  private static final class OutputTail {
    private final byte[] kept = new byte[KEPT_OUTPUT];
    private final Thread reader;
    private long total;

    private OutputTail(InputStream stream) {
      this.reader = Thread.ofVirtual().name("git-output").unstarted(() -> drain(stream));
    }

    static OutputTail of(InputStream stream) {
      OutputTail tail = new OutputTail(stream);
      tail.reader.start();
      return tail;
    }

    boolean awaitEnd(Duration time) throws InterruptedException {
      return reader.join(time);
    }

    boolean isEnded() {
      return !reader.isAlive();
    }

    synchronized boolean isWhole() {
      return total <= kept.length;
    }

    synchronized String text() {
      int length = (int) Math.min(total, kept.length);
      byte[] tail = new byte[length];
      for (int i = 0; i < length; i++) {
        tail[i] = kept[(int) ((total - length + i) % kept.length)];
      }
      return new String(tail, StandardCharsets.UTF_8);
    }

    private void drain(InputStream stream) {
      byte[] buffer = new byte[8192];
      try (stream) {
        for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
          append(buffer, n);
        }
      } catch (IOException e) {
        LOG.debug("git's output ended early", e);
      }
    }

    private synchronized void append(byte[] buffer, int length) {
      for (int i = 0; i < length; i++) {
        kept[(int) (total++ % kept.length)] = buffer[i];
      }
    }
  }
}
