package dev.agentgate.publish;

import dev.agentgate.workorder.Publication.Status;
import java.util.concurrent.atomic.LongAdder;

/** Counts the publications since the start by their result. Safe for use by many threads. */
public final class PublicationCounts {
  private final LongAdder published = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder nothing = new LongAdder();
  private final LongAdder postponed = new LongAdder();

  PublicationCounts() {}

  /** Branches that were pushed, and pull requests that were made. */
  public long published() {
    return published.sum();
  }

  /** Publications that were given up. */
  public long failed() {
    return failed.sum();
  }

  /** Publications of runs that had changed nothing. */
  public long nothingToPublish() {
    return nothing.sum();
  }

  /** Attempts that failed and are repeated. */
  public long postponed() {
    return postponed.sum();
  }

  void was(Status status) {
    switch (status) {
      case PUBLISHED -> published.increment();
      case FAILED -> failed.increment();
      case NOTHING_TO_PUBLISH -> nothing.increment();
      case PENDING -> postponed.increment();
    }
  }

  void wasPostponed() {
    postponed.increment();
  }
}
