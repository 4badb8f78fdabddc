package dev.agentgate.queue;

import dev.agentgate.workorder.EndCause;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The requests to end one run: the strongest counts, until it is decided how the run ended. */
final class EndRequests {
  private final RunRecord record;

  /** Guards what is below. */
  private final ReentrantLock lock = new ReentrantLock();

  private @Nullable EndCause strongest;
  private boolean decided;

  EndRequests(RunRecord record) {
    this.record = record;
  }

  /**
   * Asks for the end, and notes it in the record of the run.
   *
   * @return false if it is decided already
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

  /** Takes over what an earlier service noted. */
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

  /** The strongest so far. */
  Optional<EndCause> strongest() {
    lock.lock();
    try {
      return Optional.ofNullable(strongest);
    } finally {
      lock.unlock();
    }
  }

  /** The strongest of all: from now on none is taken. */
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
