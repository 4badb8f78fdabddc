package dev.agentgate.queue;

import dev.agentgate.execution.CannotTellException;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.workorder.RunId;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;

/**
 * Repeats a look that fails because the service is short of resources: a supervisor that cannot
 * look must not draw a conclusion. For use by one thread.
 */
final class Patience {
  static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);

  private static final Logger LOG = Logger.getLogger(Patience.class);

  private final RunId run;
  private boolean told;

  Patience(RunId run) {
    this.run = run;
  }

  /**
   * A look that may fail.
   *
   * @param <T> what it finds
   * @param <E> an exception that is an answer
   */
  @FunctionalInterface
  interface Look<T, E extends Exception> {
    T look() throws E;
  }

  /** Looks until there is an answer. */
  <T, E extends Exception> T look(Look<T, E> look) throws E {
    while (true) {
      try {
        return look.look();
      } catch (CannotTellException | StoreUnavailableException e) {
        lookAgainAfter(e);
      }
    }
  }

  /** Waits before the next look, and logs the reason once. */
  void lookAgainAfter(RuntimeException why) {
    if (!told) {
      told = true;
      LOG.warnf(
          "The service lacks the resources to inspect %s; retrying: %s", run, why.getMessage());
    }
    pause();
  }

  static void pause() {
    LockSupport.parkNanos(BETWEEN_TRIES.toNanos());
  }
}
