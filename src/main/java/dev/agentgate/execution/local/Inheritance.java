package dev.agentgate.execution.local;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jboss.logging.Logger;

/**
 * Undoes what agents would inherit from the service by accident.
 *
 * <p><b>Ignored signals.</b> A service that a script started with {@code &} or {@code nohup}
 * ignores some signals. A shell cannot reset them (POSIX, "trap"), but {@code env} of coreutils
 * 8.31 can. This costs one more program per run, so it is done only if a signal is ignored.
 *
 * <p><b>The soft limit of open files.</b> Unless it is started with {@code -XX:-MaxFDLimit}, Java
 * raises its own limit to the hard limit, and the kernel does not record the earlier value. The
 * parent's soft limit is then used instead if both have the same hard limit, because that is most
 * likely the limit the service inherited. A native executable always raises its limit.
 *
 * @param signalReset the start of a command line that resets signals to their default; empty if no
 *     signal is ignored or no tool can reset them
 * @param openFiles the soft limit for agents; empty if the service's own is right
 */
record Inheritance(List<String> signalReset, Optional<String> openFiles) {
  private static final Logger LOG = Logger.getLogger(Inheritance.class);

  private static final Pattern IGNORED = Pattern.compile("(?m)^SigIgn:\\s*([0-9a-f]+)$");
  private static final Pattern OPEN_FILES = Pattern.compile("(?m)^Max open files +(\\S+) +(\\S+)");
  private static final String KEEPS_OWN_LIMIT = "-XX:-MaxFDLimit";
  private static final int SIGKILL = 9;
  private static final int SIGSTOP = 19;

  /** Higher numbers are realtime signals, two of which the C library reserves. */
  private static final int LAST_SIGNAL = 31;

  static Inheritance read() {
    return new Inheritance(
        signalReset(content("/proc/self/status")),
        keepsOwnLimit()
            ? Optional.empty()
            : ProcessHandle.current()
                .parent()
                .flatMap(parent ->
                    openFiles(
                        content("/proc/self/limits"),
                        content("/proc/" + parent.pid() + "/limits"))));
  }

  private static boolean keepsOwnLimit() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().contains(KEEPS_OWN_LIMIT);
  }

  private static List<String> signalReset(String status) {
    String ignored = ignored(status);
    if (ignored.isEmpty()) {
      return List.of();
    }
    Optional<Path> env = RunScript.findOwn("env");
    if (env.isPresent()) {
      List<String> reset = List.of(env.get().toString(), "--default-signal=" + ignored);
      if (works(reset)) {
        return reset;
      }
    }
    LOG.warnf(
        "The service was started with signals ignored (%s), and agents will ignore them too:"
            + " resetting them needs env of coreutils 8.31 or newer",
        ignored);
    return List.of();
  }

  private static boolean works(List<String> reset) {
    try {
      return new ProcessBuilder(reset.getFirst(), reset.getLast(), "true")
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start()
              .onExit()
              .join()
              .exitValue()
          == 0;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Returns the numbers of the ignored signals, separated by commas.
   *
   * @param status as in proc_pid_status(5)
   */
  static String ignored(String status) {
    Matcher line = IGNORED.matcher(status);
    long mask = line.find() ? Long.parseUnsignedLong(line.group(1), 16) : 0;
    return LongStream.rangeClosed(1, LAST_SIGNAL)
        .filter(signal -> signal != SIGKILL && signal != SIGSTOP)
        .filter(signal -> (mask >>> (signal - 1) & 1) == 1)
        .mapToObj(Long::toString)
        .collect(Collectors.joining(","));
  }

  /**
   * Returns the soft limit as it was before Java raised it; empty if it was not raised.
   *
   * @param own the limits of the service as in proc_pid_limits(5)
   * @param parent the limits of its parent
   */
  static Optional<String> openFiles(String own, String parent) {
    Matcher mine = OPEN_FILES.matcher(own);
    Matcher theirs = OPEN_FILES.matcher(parent);
    boolean raised =
        mine.find()
            && theirs.find()
            && mine.group(1).equals(mine.group(2))
            && mine.group(2).equals(theirs.group(2))
            && !theirs.group(1).equals(theirs.group(2));
    return raised ? Optional.of(theirs.group(1)) : Optional.empty();
  }

  private static String content(String file) {
    try {
      return Files.readString(Path.of(file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }
}
