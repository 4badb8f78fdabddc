package dev.agentgate.execution.local;

import dev.agentgate.linux.KernelFacts;
import dev.agentgate.linux.ProcessIdentity;
import dev.agentgate.linux.ProcessTree;
import dev.agentgate.linux.ProcessTree.Entry;
import dev.agentgate.linux.SmallFile;
import dev.agentgate.output.RunDirectory;
import dev.agentgate.workorder.ExitStatus;
import dev.agentgate.workorder.RunId;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The shell script that leads a run's session, and the files that it writes for the service. The
 * text is passed to {@code sh -c}. A shell reads a script file while it runs it, so it would
 * continue in a different text if a new version of the service replaced the file.
 */
final class RunScript {
  /** The script's {@code $0}, which identifies the processes that run it. */
  private static final String NAME = "agentgate-run";

  /** The variable that takes precedence over all others about the locale. */
  private static final String LOCALE = "LC_ALL";

  /** The {@code $0} of the dead man's switch. */
  private static final String SWITCH = "agentgate-switch";

  /** Earlier versions also noted when the leader started, in ticks. */
  private static final Pattern PROCESS_LINE =
      Pattern.compile("(\\d{1,10}) (?:\\d{1,19} )?([0-9a-f-]{36}) (cgroup|none) end\\n");

  private static final Pattern EXIT_LINE = Pattern.compile("\\{\"exitCode\":(\\d{1,3})}\\n");

  /** Where programs are searched for if there is no {@code PATH}. */
  static final String DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

  private final String text = text("run.sh");
  private final Path setsid = own("setsid");
  private final Path shell = own("sh");

  /** What the script needs to start a dead man's switch; the first is empty if there is none. */
  private final List<String> lease;

  /**
   * @param lease the lease file that the dead man's switch of each run watches; empty: runs have
   *     none
   * @throws IllegalStateException if this host has no {@code setsid} or {@code sh}, or no {@code
   *     sleep} or {@code grep} although they are needed
   */
  RunScript(Optional<LeaseFile> lease) {
    this.lease =
        lease
            .map(file ->
                List.of(
                    file.path().toString(),
                    setsid.toString(),
                    shell.toString(),
                    own("sleep").toString(),
                    own("grep").toString(),
                    text("switch.sh")))
            .orElse(List.of(""));
  }

  static String text(String name) {
    try (InputStream resource = RunScript.class.getResourceAsStream(name)) {
      if (resource == null) {
        throw new IllegalStateException("The script " + name + " is missing in the application");
      }
      return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Returns a program from the service's own {@code PATH}; the agent's may name another one or
   * none.
   */
  private static Path own(String program) {
    return findOwn(program)
        .orElseThrow(
            () -> new IllegalStateException("The program '" + program + "' is not on the PATH"));
  }

  /** Finds a program on the service's own {@code PATH}. */
  static Optional<Path> findOwn(String program) {
    return findOn(Objects.requireNonNullElse(System.getenv("PATH"), DEFAULT_PATH), program);
  }

  /**
   * Finds a program. Relative entries of {@code path} are ignored, because they would be relative
   * to a workspace.
   */
  static Optional<Path> findOn(String path, String program) {
    return Stream.of(path.split(":", -1))
        .filter(directory -> directory.startsWith("/"))
        .map(directory -> Path.of(directory, program))
        .filter(RunScript::isProgram)
        .findFirst();
  }

  static boolean isProgram(Path file) {
    return Files.isRegularFile(file) && Files.isExecutable(file);
  }

  /**
   * Returns the whole argument list.
   *
   * @param program the program of the command, absolute, so that no shell takes it for a builtin
   */
  List<String> commandLine(
      RunDirectory directory,
      @Nullable RunCgroup cgroup,
      KernelFacts kernel,
      Inheritance inheritance,
      Path program,
      LaunchRequest request) {
    List<String> command = request.command();
    List<String> line = new ArrayList<>(command.size() + 20);
    line.addAll(inheritance.signalReset());
    line.addAll(List.of(setsid.toString(), shell.toString(), "-c", textFor(request), NAME));
    line.add(directory.path().toString());
    line.add(cgroup == null ? "" : cgroup.processesFile().toString());
    line.add(kernel.bootId());
    line.add(kernel.umask());
    line.add(Integer.toString(kernel.agentOomScore()));
    line.add(inheritance.openFiles().orElse(""));
    line.add(Long.toString(RunMarks.fileLocks(request.run())));
    line.addAll(lease);
    line.add(program.toString());
    line.addAll(command.subList(1, command.size()));
    return line;
  }

  /**
   * Returns variables for the programs before the agent. Without them {@code setsid} loads the two
   * dozen files of a locale for every run. The script takes them away again.
   */
  static Map<String, String> environment(LaunchRequest request) {
    return hasLocale(request) ? Map.of() : Map.of(LOCALE, "C");
  }

  private String textFor(LaunchRequest request) {
    return hasLocale(request) ? text : "unset " + LOCALE + "\n" + text;
  }

  private static boolean hasLocale(LaunchRequest request) {
    return request.environment().containsKey(LOCALE);
  }

  /** Whether the process runs the script, and not yet or not any more the agent. */
  static boolean isRunBy(Entry process) {
    return ProcessTree.arguments(process.pid()).contains("\0" + NAME + "\0");
  }

  /** Whether the dead man's switch ended the run before the agent had ended. */
  static boolean wasEndedBySwitch(RunDirectory directory) {
    return Files.exists(directory.path().resolve("switch"))
        && Files.notExists(directory.exitFile());
  }

  /** Whether runs have a dead man's switch. */
  boolean hasSwitch() {
    return lease.size() > 1;
  }

  /** Whether the process is the dead man's switch of a run. */
  static boolean isSwitch(Entry process) {
    return ProcessTree.arguments(process.pid()).contains("\0" + SWITCH + "\0");
  }

  /**
   * The leader of the run's session, as the script noted it.
   *
   * @param bootId the boot in which it started
   * @param entered whether it entered the run's cgroup before the agent started
   */
  record Leader(long pid, String bootId, boolean entered) {

    /**
     * Finds the process. Its pid is no proof, because it may be another process's by now, and the
     * agent can write the note.
     */
    Optional<ProcessIdentity> find(RunId run, String boot) {
      return bootId.equals(boot)
          ? ProcessTree.read(pid)
              .filter(Entry::lives)
              .filter(entry -> entry.session() == pid)
              .filter(entry ->
                  RunMarks.isMarked(ProcessTree.environment(entry.pid()), RunMarks.of(run)))
              .filter(RunScript::isRunBy)
              .map(entry -> new ProcessIdentity(pid, entry.startTicks(), boot))
          : Optional.empty();
    }
  }

  /**
   * Reads what the script wrote before the agent started; empty while it is missing or incomplete.
   */
  static Optional<Leader> readLeader(RunDirectory directory) {
    return read(directory.processFile(), PROCESS_LINE)
        .map(line ->
            new Leader(
                Long.parseLong(line.group(1)), line.group(2), "cgroup".equals(line.group(3))));
  }

  /** Reads what the script wrote after the agent ended; empty while it is missing or incomplete. */
  static Optional<ExitStatus> readExit(RunDirectory directory) {
    return read(directory.exitFile(), EXIT_LINE)
        .map(line -> Integer.parseInt(line.group(1)))
        .filter(code -> code <= 255)
        .map(ExitStatus::new);
  }

  private static Optional<Matcher> read(Path file, Pattern line) {
    return SmallFile.read(file).map(line::matcher).filter(Matcher::matches);
  }
}
