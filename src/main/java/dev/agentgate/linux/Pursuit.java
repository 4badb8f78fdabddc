package dev.agentgate.linux;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Kills the processes of a run that outrun every look: each forks and ends within a fraction of a
 * millisecond, so that a listing of {@code /proc} names only dead ones. The kernel gives the newest
 * pid of the reader's PID namespace in {@code /proc/loadavg} (proc_loadavg(5)). Reading that is
 * cheap enough to catch a process right after its birth, and a process that gets SIGKILL before its
 * fork completes has no child.
 *
 * <p>The number is a hint and proves nothing. A process is killed only if it belongs to the run,
 * and only if it is the very process that was looked at. Where the file cannot be read, this does
 * nothing.
 */
public final class Pursuit {
  /** The number of newest pids to look at, because several may be born between two reads. */
  private static final int WINDOW = 16;

  /** If no process is born for this long, nothing hops any more. */
  private static final Duration QUIET = Duration.ofMillis(3);

  /** If only unrelated processes are born for this long, the hopper is gone. */
  private static final Duration COLD = Duration.ofMillis(20);

  private final Supplier<OptionalLong> newest;
  private final LongPredicate belongs;
  private final LongSupplier nanoTime;

  /** The pids that were looked at, each at the index of its remainder. */
  private final long[] seen = new long[WINDOW];

  private long previous;

  /**
   * @param newest the most recently assigned pid; empty if unknown
   * @param belongs whether the process that has this pid now belongs to the run
   * @param nanoTime {@link System#nanoTime}
   */
  Pursuit(Supplier<OptionalLong> newest, LongPredicate belongs, LongSupplier nanoTime) {
    this.newest = newest;
    this.belongs = belongs;
    this.nanoTime = nanoTime;
  }

  /**
   * Pursues the processes of a run until none is born for a moment, or none that belongs to the run
   * for a longer moment, or the time is up.
   *
   * @return the number of processes that were sent SIGKILL
   */
  public static int pursue(LongPredicate belongs, Duration longest) {
    try (RandomAccessFile load = new RandomAccessFile("/proc/loadavg", "r")) {
      byte[] line = new byte[128];
      return new Pursuit(() -> lastField(load, line), belongs, System::nanoTime).pursue(longest);
    } catch (IOException e) {
      return 0;
    }
  }

  public int pursue(Duration longest) {
    int killed = 0;
    long began = nanoTime.getAsLong();
    long lastBirth = began;
    long lastHit = began;
    for (long now = began;
        now - began < longest.toNanos()
            && now - lastBirth < QUIET.toNanos()
            && now - lastHit < COLD.toNanos();
        now = nanoTime.getAsLong()) {
      OptionalLong last = newest.get();
      if (last.isPresent()) {
        if (last.getAsLong() != previous) {
          lastBirth = now;
          remember(last.getAsLong());
        }
        if (kill(last.getAsLong())) {
          lastHit = now;
          killed++;
        }
      }
    }
    return killed;
  }

  private void remember(long last) {
    if (last < previous) {
      // Pids wrap around after the highest, so a number that was seen may be another process now.
      Arrays.fill(seen, 0);
    }
    previous = last;
  }

  /**
   * Looks at the newest pid that was not looked at yet, and kills its process if it belongs to the
   * run. Only one: the kernel is asked again after each.
   */
  private boolean kill(long last) {
    for (long pid = last; pid > 0 && pid > last - WINDOW; pid--) {
      int place = (int) (pid % WINDOW);
      if (seen[place] != pid) {
        // The handle comes first: it notes the start time and compares it again when it kills.
        Optional<ProcessHandle> process = ProcessHandle.of(pid);
        if (process.isEmpty() && pid == last) {
          // The pid is assigned before its process can be found, so it is looked for again.
          continue;
        }
        seen[place] = pid;
        return process.isPresent() && belongs.test(pid) && process.get().destroyForcibly();
      }
    }
    Thread.onSpinWait();
    return false;
  }

  /** Reads again from the start, on a file that an interrupt does not close. */
  private static OptionalLong lastField(RandomAccessFile load, byte[] line) {
    try {
      load.seek(0);
      int length = load.read(line);
      String text = new String(line, 0, Math.max(0, length), StandardCharsets.ISO_8859_1).strip();
      return OptionalLong.of(Long.parseLong(text.substring(text.lastIndexOf(' ') + 1)));
    } catch (IOException | NumberFormatException e) {
      return OptionalLong.empty();
    }
  }
}
