package dev.agentgate.runtime;

import java.util.Arrays;
import org.jboss.logging.Logger;

/**
 * Handles a throwable that nothing caught. A service that has lost its dispatcher, a supervisor or
 * the writer of its journal must not continue. It ends at once, as in a crash; the next start
 * adopts the running agents and loses nothing.
 */
final class LastResort {
  private static final Logger LOG = Logger.getLogger(LastResort.class);

  /** {@code EX_SOFTWARE} of {@code sysexits.h}. */
  static final int DEFECT = 70;

  /** The same code as with {@code -XX:+ExitOnOutOfMemoryError}. */
  static final int OUT_OF_MEMORY = 3;

  private static final String OURS = "dev.agentgate.";

  private LastResort() {}

  /** From now on, no thread of the service dies silently. */
  static void install() {
    Thread.setDefaultUncaughtExceptionHandler(LastResort::end);
  }

  private static void end(Thread thread, Throwable cause) {
    if (!endsTheService(cause)) {
      LOG.errorf(cause, "The thread %s died", thread.getName());
      return;
    }
    try {
      LOG.fatalf(cause, "The thread %s died, so the service ends", thread.getName());
      LogOutput.settleAll();
    } finally {
      // The process ends even if logging failed.
      Runtime.getRuntime().halt(cause instanceof OutOfMemoryError ? OUT_OF_MEMORY : DEFECT);
    }
  }

  /** True for any error, and for any exception in a thread that runs the service's own code. */
  static boolean endsTheService(Throwable cause) {
    return cause instanceof Error
        || Arrays.stream(cause.getStackTrace())
            .anyMatch(frame -> frame.getClassName().startsWith(OURS));
  }
}
