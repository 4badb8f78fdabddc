package dev.agentgate.execution.local;

import dev.agentgate.linux.MountInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Makes it quick for the next run to enter its cgroup. Before a process may enter a cgroup, the
 * kernel waits for all processors, which takes up to 15 ms on an idle machine, unless another
 * process has entered one a moment ago. So the service enters the cgroup that it is in already,
 * while the start of the run is still being written to disk. Then both waits overlap.
 *
 * @see <a href="https://docs.kernel.org/RCU/rcu.html">RCU Concepts</a>
 */
final class EarlyEntry implements AutoCloseable {
  private static final Path PLACE = Path.of("/proc/self/cgroup");
  private static final String THIS_PROCESS = "0";

  /** How long an entry certainly helps the next one. */
  private static final long OF_USE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final Path home;
  private final String place;
  private final Thread thread;
  private volatile boolean wanted;
  private volatile boolean closed;
  private volatile long enteredNanos = System.nanoTime() - OF_USE_NANOS;

  /**
   * @param home the cgroup of the service
   * @param place what {@code /proc/self/cgroup} says while the service is in it
   */
  EarlyEntry(Path home, String place) {
    this.home = home;
    this.place = place;
    // The write blocks in the kernel, so a virtual thread would keep its carrier from others.
    this.thread = Thread.ofPlatform().name("early-entry").daemon().start(this::enterIfWanted);
  }

  /** Returns the names of the cgroups that this process is in. */
  static String place() throws IOException {
    return MountInfo.read(PLACE);
  }

  /** Begins an entry, unless the last one is still of use. Returns at once. */
  void begin() {
    if (!wanted && System.nanoTime() - enteredNanos >= OF_USE_NANOS) {
      wanted = true;
      LockSupport.unpark(thread);
    }
  }

  private void enterIfWanted() {
    while (!closed) {
      if (!wanted) {
        LockSupport.park(this);
      } else {
        enter();
        enteredNanos = System.nanoTime();
        wanted = false;
      }
    }
  }

  /** Enters the cgroup of the service, and returns when that is done. */
  void enter() {
    try {
      // If somebody has moved the service, it stays where it is now.
      if (place.equals(place())) {
        Files.writeString(home.resolve("cgroup.procs"), THIS_PROCESS, StandardOpenOption.WRITE);
      }
    } catch (IOException e) {
      // The run then waits a little longer.
    }
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }
}
