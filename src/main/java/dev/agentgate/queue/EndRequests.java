package dev.agentgate.queue;

import dev.agentgate.workorder.EndCause;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The requests to end one run. The strongest request counts, until the outcome of the run is
 * decided.
 */
final class EndRequests {
  private final RunRecord record;

  /** Guards the fields below. */
  private final ReentrantLock lock = new ReentrantLock();

  private @Nullable EndCause strongest;
  private boolean decided;

  EndRequests(RunRecord record) {
    this.record = record;
  }

  /**
   * Adds a request and notes it in the record of the run.
   *
   * @return false if the outcome is already decided
   */
  boolean add(EndCause cause) {
    lock.lock();
    try {
      if (!decided && (strongest == null || cause.compareTo(strongest) > 0)) {
        strongest = cause;
        record.endRequested(cause);
      }
      return !decided;
    } finally {
      lock.unlock();
    }
  }

  /** Adds the request that an earlier service noted. */
  void addNoted(EndCause cause) {
    lock.lock();
    try {
      if (strongest == null || cause.compareTo(strongest) > 0) {
        strongest = cause;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Returns the strongest request so far. */
  Optional<EndCause> strongest() {
    lock.lock();
    try {
      return Optional.ofNullable(strongest);
    } finally {
      lock.unlock();
    }
  }

  /** Returns the strongest request and refuses all later ones. */
  Optional<EndCause> decide() {
    lock.lock();
    try {
      decided = true;
      return Optional.ofNullable(strongest);
    } finally {
      lock.unlock();
    }
  }
}
