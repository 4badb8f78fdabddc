package dev.agentgate.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Facts about this boot of the kernel and about this process, read once.
 *
 * @param bootId {@code /proc/sys/kernel/random/boot_id}
 * @param umask the service's, in octal; agents get the same
 * @param agentOomScore the {@code oom_score_adj} of agents. It is above the service's own, so that
 *     a kernel short of memory kills an agent and not the service (proc_pid_oom_score_adj(5))
 */
public record KernelFacts(String bootId, String umask, int agentOomScore) {
  /**
   * Clock ticks per second in {@code /proc}. The kernel fixes USER_HZ at 100 on every architecture
   * that Java runs on, whatever its internal HZ.
   */
  private static final int TICKS_PER_SECOND = 100;

  private static final int AGENT_OOM_DISTANCE = 500;
  private static final int MAX_OOM_SCORE = 1000;

  public static KernelFacts read() {
    String umask =
        line("/proc/self/status")
            .lines()
            .filter(row -> row.startsWith("Umask:"))
            .map(row -> row.substring("Umask:".length()).strip())
            .findFirst()
            .orElse("0022");
    int ownScore = Integer.parseInt(line("/proc/self/oom_score_adj"));
    return new KernelFacts(
        readBootId(), umask, Math.min(MAX_OOM_SCORE, ownScore + AGENT_OOM_DISTANCE));
  }

  /** Returns the id of this boot alone. */
  public static String readBootId() {
    return line("/proc/sys/kernel/random/boot_id");
  }

  /** The time since a process started, to 10 ms. The wall clock plays no part in it. */
  public static Duration age(long startTicks) {
    long millis = uptime().toMillis() - startTicks * 1000 / TICKS_PER_SECOND;
    return Duration.ofMillis(Math.max(0, millis));
  }

  /** The time since the machine booted, to 10 ms, including the time it was suspended. */
  public static Duration uptime() {
    String uptime;
    try {
      uptime = line("/proc/uptime");
    } catch (UncheckedIOException e) {
      throw new CannotLookException("The time since the boot cannot be read", e);
    }
    double seconds = Double.parseDouble(uptime.substring(0, uptime.indexOf(' ')));
    return Duration.ofMillis(Math.round(seconds * 1000));
  }

  private static String line(String file) {
    try {
      return Files.readString(Path.of(file), StandardCharsets.ISO_8859_1).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
