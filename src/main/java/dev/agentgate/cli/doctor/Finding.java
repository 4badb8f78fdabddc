package dev.agentgate.cli.doctor;

/**
 * What a check found.
 *
 * @param subject what was looked at
 * @param found what is there
 * @param advice what to do; empty if nothing has to be done
 */
public record Finding(Level level, String subject, String found, String advice) {
  /** How bad it is. */
  public enum Level {
    OK,
    WARNING,
    PROBLEM
  }

  static Finding ok(String subject, String found) {
    return new Finding(Level.OK, subject, found, "");
  }

  static Finding warning(String subject, String found, String advice) {
    return new Finding(Level.WARNING, subject, found, advice);
  }

  static Finding problem(String subject, String found, String advice) {
    return new Finding(Level.PROBLEM, subject, found, advice);
  }
}
