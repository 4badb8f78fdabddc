package dev.agentgate.linux;

import dev.agentgate.linux.ProcessTree.Entry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Kills sessions of processes, see {@code setsid(2)}. */
public final class Sessions {
  private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(2);

  private Sessions() {}

  /**
   * Kills all remaining processes of a session, even those that its leader no longer knows. Repeats
   * until none is found.
   *
   * @param leader the pid of the session's leader, which may have ended
   * @param longest when to give up
   * @return false if processes are left, or if it is unknown whether any are
   */
  public static boolean kill(long leader, Duration longest) {
    long end = System.nanoTime() + longest.toNanos();
    do {
      try {
        List<Entry> members = members(leader);
        if (members.isEmpty()) {
          return true;
        }
        new Signals().kill(members);
      } catch (CannotLookException e) {
        // The next look may succeed.
      }
      LockSupport.parkNanos(PAUSE);
    } while (System.nanoTime() < end);
    return false;
  }

  private static List<Entry> members(long leader) {
    return ProcessTree.look().entries().stream()
        .filter(entry -> entry.session() == leader && entry.lives())
        .toList();
  }
}
