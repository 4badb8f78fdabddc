package dev.agentgate.bench;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Ends a benchmark that takes too long. */
public final class TimeLimit {
  private TimeLimit() {}

  /** Ends the process with exit code 1 once this time is over. */
  public static void begin(Duration limit) {
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          LockSupport.parkNanos(limit.toNanos());
          System.err.println("Took longer than " + limit + ", ended");
          System.exit(1);
        });
  }
}
