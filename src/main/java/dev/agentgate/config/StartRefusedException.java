package dev.agentgate.config;

import io.quarkus.runtime.PreventFurtherStepsException;

/**
 * The service does not start, and a person has to act. The message goes to standard error
 * unchanged, without a stack trace, and the process ends with the exit code.
 *
 * <p>Quarkus does this for a start that fails with a {@link PreventFurtherStepsException} as the
 * root cause. If that exception is thrown by itself, Quarkus ends the start silently and the
 * process stays alive.
 */
public final class StartRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** {@code EX_CONFIG} of {@code sysexits.h}. */
  public static final int CONFIGURATION_ERROR = 78;

  private final int exitCode;

  /**
   * @param reason what is wrong and what to do, for a person
   * @param exitCode as in sysexits.h
   */
  public StartRefusedException(String reason, int exitCode) {
    super(
        reason, new PreventFurtherStepsException("AgentGate does not start: " + reason, exitCode));
    this.exitCode = exitCode;
  }

  public int exitCode() {
    return exitCode;
  }
}
