package dev.agentgate.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What this machine runs, looked at without the service's help. */
final class Machine {
  private static final Path PROC = Path.of("/proc");
  private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");

  private static final Pattern WORK_ORDER = Pattern.compile("\0AGENTGATE_WORK_ORDER_ID=(\\w+)");

  private Machine() {}

  /**
   * Living processes that have the text in their arguments, environment or working directory,
   * described; zombies have none of these.
   */
  static List<String> processesNaming(String text, long... except) {
    return pids()
        .filter(pid -> !contains(except, pid))
        .filter(pid -> names(pid, text))
        .map(Machine::describe)
        .toList();
  }

  /** Living processes that have the text among their arguments, described. */
  static List<String> processesRunning(String text) {
    return pids()
        .filter(pid -> read(pid, "cmdline").contains(text))
        .map(Machine::describe)
        .toList();
  }

  /** The living processes that carry this variable. */
  static List<Long> processesWith(String variable) {
    return pids()
        .filter(pid -> ("\0" + read(pid, "environ")).contains("\0" + variable + "\0"))
        .filter(pid -> !read(pid, "cmdline").isEmpty())
        .toList();
  }

  /** The work orders that living processes name whose prompt is in this data directory. */
  static Set<String> workOrdersOf(Path data) {
    return pids()
        .filter(pid -> !read(pid, "cmdline").isEmpty())
        .map(pid -> "\0" + read(pid, "environ"))
        .filter(environment -> environment.contains("\0AGENTGATE_PROMPT_FILE=" + data))
        .map(WORK_ORDER::matcher)
        .filter(Matcher::find)
        .map(matcher -> matcher.group(1))
        .collect(Collectors.toSet());
  }

  /** Zombies in the PID namespace that this process, an {@code unshare}, made for its child. */
  static List<String> zombiesBelow(long pid) {
    Optional<Path> namespace = link(pid, "ns/pid_for_children");
    return pids()
        .filter(other -> link(other, "ns/pid").equals(namespace))
        .filter(Machine::isZombie)
        .map(Machine::describe)
        .toList();
  }

  /** Memory in use, in bytes. */
  static long resident(long pid) {
    Matcher matcher = RESIDENT.matcher(read(pid, "status"));
    return matcher.find() ? Long.parseLong(matcher.group(1)) * 1024 : 0;
  }

  static void kill(long pid, String signal) {
    try {
      new ProcessBuilder("kill", "-" + signal, Long.toString(pid))
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean isZombie(long pid) {
    String stat = read(pid, "stat");
    int name = stat.lastIndexOf(')');
    return name > 0 && stat.startsWith(") Z", name);
  }

  private static boolean names(long pid, String name) {
    // The files are read a character for each byte.
    String text = new String(name.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    return read(pid, "cmdline").contains(text)
        || read(pid, "environ").contains(text)
        || link(pid, "cwd").filter(at -> at.toString().startsWith(name)).isPresent();
  }

  private static String describe(long pid) {
    return pid + " " + read(pid, "cmdline").replace('\0', ' ');
  }

  private static Stream<Long> pids() {
    String[] names = PROC.toFile().list((_, name) -> Character.isDigit(name.charAt(0)));
    return Stream.of(names == null ? new String[0] : names).map(Long::valueOf);
  }

  private static Optional<Path> link(long pid, String name) {
    try {
      return Optional.of(Files.readSymbolicLink(PROC.resolve(Long.toString(pid)).resolve(name)));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static String read(long pid, String file) {
    try {
      return Files.readString(
          PROC.resolve(Long.toString(pid)).resolve(file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }

  private static boolean contains(long[] pids, long pid) {
    for (long one : pids) {
      if (one == pid) {
        return true;
      }
    }
    return false;
  }
}
