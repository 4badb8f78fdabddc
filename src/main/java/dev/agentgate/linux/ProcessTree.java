package dev.agentgate.linux;

import java.io.File;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the processes that {@code /proc} shows. Processes start, fork and end during a reading: one
 * that ended between being listed and being read may have left a child that was not listed. A
 * caller that needs proof reads again until nothing vanishes.
 */
public final class ProcessTree {
  private static final int STAT_SIZE = 1024;
  private static final long KERNEL_THREADS = 2;
  private static final int O_ACCMODE = 3;
  private static final int OPEN_ATTEMPTS = 3;
  private static final List<String> STANDARD_OUTPUTS = List.of("1", "2");

  /** Bounds the time that one process with very many descriptors can cost. */
  private static final int MOST_DESCRIPTORS = 4096;

  private static final String ENVIRONMENT = "environ";
  private static final int READ_SIZE = 16_384;
  private static final long LONGEST_REPLACEMENT_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long BETWEEN_READINGS_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

  /** Where the fields are in a line of {@code stat} after the name. */
  private static final int FLAGS = 6;

  private static final int CODE_START = 23;
  private static final int ENVIRONMENT_END = 48;

  /** Flags of processes that have no memory, from the kernel's {@code include/linux/sched.h}. */
  private static final long PF_EXITING = 0x4;

  private static final long PF_KTHREAD = 0x200000;

  private final Map<Long, Entry> byPid = new HashMap<>();

  private final Set<String> listed = new HashSet<>();

  /**
   * One process.
   *
   * @param startTicks with the pid, its identity within this boot
   * @param threads if more than one, a dead main thread does not mean a dead process
   */
  public record Entry(
      long pid, char state, long parent, long group, long session, int threads, long startTicks) {

    /** Whether it can still do anything. A zombie only waits for its parent. */
    public boolean lives() {
      return (state != 'Z' && state != 'X') || threads > 1;
    }

    /** Whether it is a kernel thread, which has no environment. */
    public boolean isOfKernel() {
      return parent == KERNEL_THREADS || (pid == KERNEL_THREADS && session == 0);
    }

    public boolean isStopped() {
      return state == 'T';
    }

    /** Whether both are the same process, even if its state changed between the looks. */
    public boolean isSameProcess(Entry other) {
      return pid == other.pid && startTicks == other.startTicks;
    }
  }

  /**
   * The result of one more reading.
   *
   * @param entries processes that no earlier reading has seen
   * @param vanished whether a process ended before it could be read, so that its child, if it left
   *     one, may be missing
   */
  public record Reading(List<Entry> entries, boolean vanished) {}

  /** Reads all processes once. */
  public static ProcessTree look() {
    ProcessTree tree = new ProcessTree();
    var _ = tree.readOn();
    return tree;
  }

  /**
   * Lists all processes and reads those that are new, newest first, because they may be
   * short-lived.
   */
  public Reading readOn() {
    String[] names = new File("/proc").list();
    if (names == null) {
      throw new CannotLookException("The processes cannot be listed", new IOException("/proc"));
    }
    byte[] buffer = new byte[STAT_SIZE];
    List<Entry> entries = new ArrayList<>();
    boolean vanished = false;
    for (String name : List.of(names).reversed()) {
      if (Character.isDigit(name.charAt(0)) && listed.add(name)) {
        Optional<Entry> entry = read(name, buffer);
        entry.ifPresent(entries::add);
        vanished |= entry.filter(Entry::lives).isEmpty();
      }
    }
    entries.forEach(entry -> byPid.put(entry.pid(), entry));
    return new Reading(entries, vanished);
  }

  /** Reads one process; empty if no process has this pid. */
  public static Optional<Entry> read(long pid) {
    return read(Long.toString(pid), new byte[STAT_SIZE]);
  }

  /** Whether this very process is alive. */
  public static boolean lives(Entry entry) {
    return read(entry.pid()).filter(entry::isSameProcess).filter(Entry::lives).isPresent();
  }

  /** Whether this very process is stopped. */
  public static boolean isStopped(Entry entry) {
    return read(entry.pid()).filter(entry::isSameProcess).filter(Entry::isStopped).isPresent();
  }

  private static Optional<Entry> read(String pid, byte[] buffer) {
    for (int attempt = 1; ; attempt++) {
      try (FileInputStream file = new FileInputStream("/proc/" + pid + "/stat")) {
        int length = file.read(buffer);
        return length <= 0
            ? Optional.empty()
            : parse(new String(buffer, 0, length, StandardCharsets.ISO_8859_1));
      } catch (FileNotFoundException e) {
        // The JDK says the same for "no such process" and "too many open files", and the second
        // must not pass for a proof of the first. (One of a reused pid opens at the next attempt.)
        if (!new File("/proc/" + pid).exists()) {
          return Optional.empty();
        }
        if (attempt == OPEN_ATTEMPTS) {
          throw new CannotLookException("A process cannot be inspected", e);
        }
      } catch (IOException e) {
        CannotLookException.throwIfShort(e);
        return Optional.empty(); // ESRCH: it ended between open and read
      }
    }
  }

  /**
   * Parses a line of proc_pid_stat(5). The name in field 2 is the process's own choice and may
   * contain blanks, parentheses and line feeds, so the fields are counted from the last
   * parenthesis.
   */
  static Optional<Entry> parse(String stat) {
    int name = stat.indexOf(" (");
    String[] fields = fieldsAfterName(stat, 20);
    if (name < 0 || fields.length < 20) {
      return Optional.empty();
    }
    return Optional.of(
        new Entry(
            Long.parseLong(stat.substring(0, name)),
            fields[0].charAt(0),
            Long.parseLong(fields[1]),
            Long.parseLong(fields[2]),
            Long.parseLong(fields[3]),
            Integer.parseInt(fields[17]),
            Long.parseLong(fields[19])));
  }

  /** Splits off this many fields; there is one more element if more follows them. */
  private static String[] fieldsAfterName(String stat, int count) {
    int rest = stat.lastIndexOf(") ");
    return rest < 0 ? new String[0] : stat.substring(rest + 2).split(" ", count + 1);
  }

  public Collection<Entry> entries() {
    return byPid.values();
  }

  public Optional<Entry> find(long pid) {
    return Optional.ofNullable(byPid.get(pid));
  }

  /**
   * Adds to {@code members} their descendants and every process in a session or group that one of
   * them leads. {@code spared} is never added, nor is anything connected through it alone.
   */
  public void close(Map<Long, Entry> members, Set<Long> spared) {
    Map<Long, List<Entry>> heirs = new HashMap<>();
    for (Entry entry : byPid.values()) {
      if (spared.contains(entry.pid())) {
        continue;
      }
      for (long ancestor : new HashSet<>(List.of(entry.parent(), entry.session(), entry.group()))) {
        heirs.computeIfAbsent(ancestor, none -> new ArrayList<>()).add(entry);
      }
    }
    Deque<Long> open = new ArrayDeque<>(members.keySet());
    while (!open.isEmpty()) {
      for (Entry heir : heirs.getOrDefault(open.remove(), List.of())) {
        if (members.putIfAbsent(heir.pid(), heir) == null) {
          open.add(heir.pid());
        }
      }
    }
  }

  /**
   * The environment it was started with, {@code NAME=value} and NUL; empty if unreadable. A process
   * that is replacing its program shows none or a part of it for a moment; this waits until it
   * shows all, for at most a second.
   */
  public static String environment(long pid) {
    long began = System.nanoTime();
    while (true) {
      byte[] environment = bytes(pid, ENVIRONMENT);
      if (environment == null) {
        return "";
      }
      // What one read returns is of one program.
      boolean whole = environment.length > 0 && environment.length < READ_SIZE;
      if (whole
          || isAllThereIs(pid, environment)
          || System.nanoTime() - began > LONGEST_REPLACEMENT_NANOS) {
        return new String(environment, StandardCharsets.UTF_8);
      }
      LockSupport.parkNanos(BETWEEN_READINGS_NANOS);
    }
  }

  /** Like {@link #environment}, but never waits. */
  public static String environmentNow(long pid) {
    return content(pid, ENVIRONMENT);
  }

  /**
   * Whether this is all of the environment that a process shows now.
   *
   * @see <a href="https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html">proc_pid_stat(5)</a>
   */
  private static boolean isAllThereIs(long pid, byte[] environment) {
    String[] fields = fieldsAfterName(content(pid, "stat"), ENVIRONMENT_END + 1);
    if (fields.length <= ENVIRONMENT_END
        || fields[0].equals("Z")
        || (Long.parseLong(fields[FLAGS]) & (PF_KTHREAD | PF_EXITING)) != 0) {
      return true;
    }
    // The kernel notes where the code begins when the environment is in its place.
    return !fields[CODE_START].equals("0")
        && environment.length
            == Long.parseLong(fields[ENVIRONMENT_END])
                - Long.parseLong(fields[ENVIRONMENT_END - 1]);
  }

  /** Its argument list, each followed by NUL; empty if unreadable. */
  public static String arguments(long pid) {
    return content(pid, "cmdline");
  }

  /** Its limits, one a line; every process may read them. */
  public static String limits(long pid) {
    return content(pid, "limits");
  }

  /** Its working directory, followed by {@code " (deleted)"} if that is gone. */
  public static Optional<String> workingDirectory(long pid) {
    return link("/proc/" + pid + "/cwd");
  }

  /**
   * The files it has open for writing as its standard output or standard error.
   *
   * @param wanted which files count
   */
  public static Stream<String> outputs(long pid, Predicate<String> wanted) {
    return written(pid, STANDARD_OUTPUTS.stream(), wanted);
  }

  /**
   * The files it has open for writing, by whatever descriptor. Looks at no more descriptors than
   * the caller consumes files.
   *
   * @param wanted which files count
   */
  public static Stream<String> writtenFiles(long pid, Predicate<String> wanted) {
    return Stream.concat(
        outputs(pid, wanted),
        Stream.of(pid).flatMap(id -> written(id, otherDescriptors(id), wanted)));
  }

  private static Stream<String> written(
      long pid, Stream<String> descriptors, Predicate<String> wanted) {
    return descriptors.flatMap(descriptor ->
        link("/proc/" + pid + "/fd/" + descriptor)
            .filter(target -> target.startsWith("/") && wanted.test(target))
            .filter(target -> isWritten(pid, descriptor))
            .stream());
  }

  private static Stream<String> otherDescriptors(long pid) {
    String[] names = new File("/proc/" + pid + "/fd").list();
    if (names == null) {
      // It has ended, or is another user's process.
      CannotLookException.throwIfShort(new IOException("its descriptors cannot be listed"));
      return Stream.empty();
    }
    return Stream.of(names)
        .filter(name -> !STANDARD_OUTPUTS.contains(name))
        .limit(MOST_DESCRIPTORS);
  }

  private static boolean isWritten(long pid, String descriptor) {
    return content(pid, "fdinfo/" + descriptor)
        .lines()
        .filter(line -> line.startsWith("flags:"))
        .anyMatch(line -> (Integer.parseInt(line.substring(6).strip(), 8) & O_ACCMODE) != 0);
  }

  private static Optional<String> link(String path) {
    try {
      return Optional.of(Files.readSymbolicLink(Path.of(path)).toString());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static String content(long pid, String name) {
    byte[] bytes = bytes(pid, name);
    return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
  }

  /** Returns the content of a file; null if it cannot be read, perhaps because it is not ours. */
  private static byte @Nullable [] bytes(long pid, String name) {
    try (FileInputStream file = new FileInputStream("/proc/" + pid + "/" + name)) {
      byte[] first = new byte[READ_SIZE];
      int length = Math.max(0, file.read(first));
      if (length < READ_SIZE) {
        return Arrays.copyOf(first, length);
      }
      byte[] rest = file.readAllBytes();
      byte[] all = Arrays.copyOf(first, length + rest.length);
      System.arraycopy(rest, 0, all, length, rest.length);
      return all;
    } catch (IOException e) {
      CannotLookException.throwIfShort(e);
      return null;
    }
  }
}
