package dev.agentgate.runtime;

import java.util.Arrays;
import org.jboss.logging.Logger;

/**
 * What ends a thread that nothing caught. A service that has lost its dispatcher, a supervisor or
 * the writer of its journal must not go on as if it had them: it ends at once, as a crash does, and
 * the next start takes over what runs and loses nothing.
 */
final class LastResort {
  private static final Logger LOG = Logger.getLogger(LastResort.class);

  /** {@code EX_SOFTWARE} of sysexits.h. */
  static final int DEFECT = 70;

  /** As {@code -XX:+ExitOnOutOfMemoryError} does. */
  static final int OUT_OF_MEMORY = 3;

  private static final String OURS = "dev.agentgate.";

  private LastResort() {}

  /** From now on no thread of the service dies in silence. */
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
    } finally {
      // Whatever became of the message.
      Runtime.getRuntime().halt(cause instanceof OutOfMemoryError ? OUT_OF_MEMORY : DEFECT);
    }
  }

  /** Any error; any exception in a thread that runs the service's own code. */
  static boolean endsTheService(Throwable cause) {
    return cause instanceof Error
        || Arrays.stream(cause.getStackTrace())
            .anyMatch(frame -> frame.getClassName().startsWith(OURS));
  }
}
