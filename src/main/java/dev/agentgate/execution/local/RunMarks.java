package dev.agentgate.execution.local;

import dev.agentgate.workorder.RunId;
import java.util.Optional;

/** The marks in the environment of a run's processes, which identify them. */
final class RunMarks {
  private static final String RUN = "AGENTGATE_RUN_ID=";
  private static final String PROMPT = "AGENTGATE_PROMPT_FILE=";

  private RunMarks() {}

  static String of(RunId run) {
    return RUN + run.value();
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
