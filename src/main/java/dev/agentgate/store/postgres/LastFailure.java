package dev.agentgate.store.postgres;

import dev.agentgate.store.StoreUnavailableException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Why steps of one kind fail. A step that succeeds ends that. After a minute without a step nothing
 * is known any more.
 */
final class LastFailure {
  private static final Duration REMEMBERED = Duration.ofMinutes(1);

  private record Failure(String why, long nanos) {}

  private volatile @Nullable Failure last;

  /** Does a step and notes whether the database failed. */
  <T> T noting(Supplier<T> step) {
    try {
      T result = step.get();
      last = null;
      return result;
    } catch (StoreUnavailableException e) {
      if (e.getCause() instanceof SQLException) {
        last = new Failure(String.valueOf(e.getMessage()), System.nanoTime());
      }
      throw e;
    }
  }

  /** Returns why the last step failed, as a sentence; empty if it did not. */
  Optional<String> why() {
    Failure failure = last;
    return failure != null && System.nanoTime() - failure.nanos() < REMEMBERED.toNanos()
        ? Optional.of(failure.why())
        : Optional.empty();
  }
}
