package dev.agentgate.migration;

import java.time.Duration;
import java.util.function.Consumer;

/** Tells a person how far one part of the work is, now and then. Safe for use by many threads. */
final class Progress {
  private static final Duration NOW_AND_THEN = Duration.ofSeconds(5);

  private final Consumer<String> tell;
  private final String what;
  private final long total;
  private long done;
  private long toldAt = System.nanoTime();

  /**
   * @param what begins the sentence, such as {@code Copied}
   */
  Progress(Consumer<String> tell, String what, long total) {
    this.tell = tell;
    this.what = what;
    this.total = total;
  }

  synchronized void add(long more) {
    done += more;
    if (System.nanoTime() - toldAt >= NOW_AND_THEN.toNanos()) {
      toldAt = System.nanoTime();
      tell.accept("%s %s of %s orders".formatted(what, Tally.number(done), Tally.number(total)));
    }
  }
}
