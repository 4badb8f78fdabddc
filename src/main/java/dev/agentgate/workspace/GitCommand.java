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
 * Runs the {@code git} command line so that only what stands here decides what it does: its
 * environment is built from nothing, the configuration of the machine and the user is not read, no
 * hook, filter or credential prompt runs, and only one protocol is open. Each process leads a
 * session of its own and carries the run's id, and none outlives its call.
 *
 * <p>The token travels in the environment of the git processes that talk to the GitHub host, and
 * from there through a credential helper that git asks for that host alone. So it is in no argument
 * list, no URL and no file, and a redirect to another host does not take it along.
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

  /** Exit codes above this are a signal's number added to 128; 129 is git's own, for its usage. */
  private static final int LAST_OWN_CODE = 129;

  /** How git reaches remotes here: the way out, certificates and the operator's ssh. */
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
   * @param configuration the file to keep git's configuration in; written anew
   * @param token for the host; sent only there
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
   * What one call may reach.
   *
   * @param protocol the only one that is open, as in {@code GIT_ALLOW_PROTOCOL}
   * @param withToken whether the token may be asked for
   */
  record Access(String protocol, boolean withToken) {
    static final Access LOCAL = new Access("file", false);
  }

  /**
   * Runs {@code git} with these arguments.
   *
   * @return the end of what it wrote, both streams
   * @throws GitFailedException if it failed, with its words
   * @throws WorkspaceFailedException if the time ran out or someone killed it
   */
  String run(RunId run, Access access, Deadline deadline, String... arguments)
      throws WorkspaceFailedException, InterruptedException {
    return execute(run, access, deadline, arguments).text();
  }

  /**
   * Runs {@code git} with these arguments, for all that it says.
   *
   * @throws GitFailedException if it failed, with its words
   * @throws WorkspaceFailedException if it said too much, the time ran out or someone killed it
   */
  String readAll(RunId run, Access access, Deadline deadline, String... arguments)
      throws WorkspaceFailedException, InterruptedException {
    OutputTail output = execute(run, access, deadline, arguments);
    if (!output.isWhole()) {
      throw new WorkspaceFailedException(
          "git " + subcommand(List.of(arguments)) + " said more than the service reads of it");
    }
    return output.text();
  }

  /**
   * Runs {@code git} with these arguments on this machine, for output of any length and bytes.
   *
   * @param input what it reads from its standard input
   * @param reader of its standard output; once it returns, git need not go on and is stopped
   * @throws GitFailedException if it failed, with its words
   * @throws WorkspaceFailedException if the reader failed, the time ran out or someone killed it
   */
  void stream(RunId run, Deadline deadline, Path input, Reader reader, String... arguments)
      throws WorkspaceFailedException, InterruptedException {
    execute(run, Access.LOCAL, deadline, new Streams(input, Optional.of(reader)), arguments);
  }

  /** Reads what git writes, in a thread of its own. */
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
        throw deadline.exceeded("Reading what " + name + " wrote");
      }
      // Git waits for its helpers; one that holds the output open longer is stuck.
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
    // What the service has itself stays untouched: Java keeps its bytes, whatever the locale.
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
    // The user that the service runs as may have no name of its own, and reflogs want one.
    environment.put("GIT_COMMITTER_NAME", "AgentGate");
    environment.put("GIT_COMMITTER_EMAIL", "agentgate@localhost");
    if (access.withToken()) {
      token.ifPresent(value -> environment.put(TOKEN_VARIABLE, value));
    }
    return environment;
  }

  private static String configurationText(GitHubHost host) {
    // safe.directory: repositories behind a file: URL may belong to another user; which ones can
    // be reached at all is decided by the operator's base URL and roots.
    // gc.autoDetach: a collection in the background would outlive the call.
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

  /** An argument that the locale cannot express would reach git as another one. */
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
      // These two take their value as another argument.
      at += arguments.get(at).equals("-C") || arguments.get(at).equals("-c") ? 2 : 1;
    }
    return at < arguments.size() ? arguments.get(at) : "";
  }

  /** What git cannot know: whether there was a token to show. */
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
   * What ssh said before git gave up: git's own words are the same whatever the reason. Paths, of
   * keys and of configuration, are nobody's business.
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

  /** Git's own words: what it calls fatal or an error, else its last line. */
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
   * Kills what is left of a session, also what its leader no longer knows, until a sweep finds
   * nothing.
   */
  private static void killSession(long leader) {
    long end = System.nanoTime() + SWEEP_TIME.toNanos();
    List<Long> members = members(leader);
    while (!members.isEmpty()) {
      if (System.nanoTime() > end) {
        LOG.errorf("Processes %s of a git session survive SIGKILL", members);
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
   * The live processes of a session.
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
          // After the name, which may contain anything: state, parent, group, session.
          String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", 5);
          if (Long.parseLong(fields[3]) == session && !fields[0].matches("[ZX]")) {
            members.add(Long.parseLong(entry.getFileName().toString()));
          }
        } catch (IOException e) {
          // It ended meanwhile.
        }
      }
    } catch (IOException e) {
      LOG.error("/proc cannot be read: git processes may be left", e);
    }
    return members;
  }

  /** A reader at work on what a process writes. */
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

    /** Whether git was stopped because the reader had enough. */
    boolean isCutShort(String name) throws WorkspaceFailedException {
      IOException problem = failure;
      if (problem != null) {
        throw new WorkspaceFailedException(
            "What " + name + " wrote could not be read or kept", problem);
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
        // Half of what git wrote must not pass for all of it.
        failure = new IOException(e);
      }
      if (cutShort || failure != null) {
        process.destroyForcibly();
      }
    }
  }

  /** The end of a stream, read as it comes so that the writer never blocks. */
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
