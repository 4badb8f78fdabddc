package dev.agentgate.execution.local;

import dev.agentgate.workorder.RunId;
import java.util.Optional;

/** The marks of a run's processes, which identify them: in their environment and in a limit. */
final class RunMarks {
  private static final String RUN = "AGENTGATE_RUN_ID=";
  private static final String PROMPT = "AGENTGATE_PROMPT_FILE=";

  /** So large that nobody would set such a limit, and 52 bits of the id fit below it. */
  private static final long NO_LIMIT_OF_ANYONE_ELSE = 1L << 52;

  private RunMarks() {}

  static String of(RunId run) {
    return RUN + run.value();
  }

  /**
   * The limit of file locks of the run's processes. Linux does not enforce it, and children inherit
   * it. {@code /proc} shows it even of a process that hides its environment, as an {@code
   * ssh-agent} does.
   */
  static long fileLocks(RunId run) {
    return NO_LIMIT_OF_ANYONE_ELSE | (run.least() & (NO_LIMIT_OF_ANYONE_ELSE - 1));
  }

  /**
   * @param environment in the format of {@code /proc}
   */
  static boolean isMarked(String environment, String mark) {
    int at = environment.indexOf(mark);
    while (at >= 0) {
      int end = at + mark.length();
      if ((at == 0 || environment.charAt(at - 1) == 0)
          && (end == environment.length() || environment.charAt(end) == 0)) {
        return true;
      }
      at = environment.indexOf(mark, at + 1);
    }
    return false;
  }

  /** Returns the run that the environment names. */
  static Optional<RunId> run(String environment) {
    return value(environment, RUN).flatMap(RunId::parse);
  }

  /**
   * Returns the prompt file that the environment names, which tells which service's data it belongs
   * to.
   */
  static Optional<String> promptFile(String environment) {
    return value(environment, PROMPT);
  }

  private static Optional<String> value(String environment, String name) {
    int at = environment.startsWith(name) ? 0 : environment.indexOf("\0" + name) + 1;
    if (at == 0 && !environment.startsWith(name)) {
      return Optional.empty();
    }
    int end = environment.indexOf('\0', at);
    return Optional.of(
        environment.substring(at + name.length(), end < 0 ? environment.length() : end));
  }
}
