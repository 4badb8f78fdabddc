package dev.agentgate.queue;

import dev.agentgate.execution.CannotTellException;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.workorder.RunId;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;

/**
 * Asks again and again where the service is too short of resources to see the answer: a supervisor
 * that cannot look concludes nothing. For one thread.
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
   * @param <T> what it sees
   * @param <E> what it may throw that says something
   */
  @FunctionalInterface
  interface Look<T, E extends Exception> {
    T look() throws E;
  }

  /** Looks until an answer is seen. */
  <T, E extends Exception> T look(Look<T, E> look) throws E {
    while (true) {
      try {
        return look.look();
      } catch (CannotTellException | StoreUnavailableException e) {
        lookAgainAfter(e);
      }
    }
  }

  /** Waits before the next look, and logs why there has to be one, once. */
  void lookAgainAfter(RuntimeException why) {
    if (!told) {
      told = true;
      LOG.warnf(
          "The service is too short of resources to look at %s, and looks again: %s",
          run, why.getMessage());
    }
    pause();
  }

  static void pause() {
    LockSupport.parkNanos(BETWEEN_TRIES.toNanos());
  }
}
