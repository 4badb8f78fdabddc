package dev.agentgate.config;

import io.quarkus.runtime.PreventFurtherStepsException;

/**
 * The service does not start, and a person has to act: the message goes to standard error as it is,
 * without a stack trace, and the process ends with the exit code.
 *
 * <p>Quarkus does so for a start that fails with a {@link PreventFurtherStepsException} as its root
 * cause. One that is thrown by itself means something else to it: the start is cut off in silence
 * and the process lives on.
 */
public final class StartRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** {@code EX_CONFIG} of sysexits.h. */
  public static final int CONFIGURATION_ERROR = 78;

  /**
   * @param reason what is wrong and what to do, for a person
   * @param exitCode as in sysexits.h
   */
  public StartRefusedException(String reason, int exitCode) {
    super(
        reason, new PreventFurtherStepsException("AgentGate does not start: " + reason, exitCode));
  }
}
