package dev.agentgate.it;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** What a fake model does. A prompt names it as {@code SCENARIO=NAME}; the last name counts. */
enum ModelScenario {
  /** Edits two files and says so. */
  EDIT("printf 'hello\\n' >AGENT.txt && sed -i '1s/$/ (edited)/' README.md"),

  /** Starts commands that go on until they are killed. */
  HANG("touch started; tail -f /dev/null & setsid tail -f /dev/null & wait"),

  /** Runs one command after the other. */
  LOOP("true"),

  /** Answers without a tool. */
  SAY(""),

  WRONG_KEY(""),
  USAGE_LIMIT(""),
  OVERLOADED("");

  static final String LAST_WORDS = "Done, as you asked.";

  private static final Pattern NAME = Pattern.compile("SCENARIO=([A-Z_]+)");

  /** A command of the shell; empty: none. */
  private final String command;

  ModelScenario(String command) {
    this.command = command;
  }

  static ModelScenario of(String request) {
    return NAME.matcher(request)
        .results()
        .map(MatchResult::group)
        .map(text -> text.substring(text.indexOf('=') + 1).toUpperCase(Locale.ROOT))
        .reduce((_, last) -> last)
        .map(ModelScenario::valueOf)
        .orElse(SAY);
  }

  String prompt() {
    return "Please do it. SCENARIO=" + name();
  }

  /**
   * Returns the next command for the agent's shell.
   *
   * @param done how many it has run
   */
  Optional<String> command(int done) {
    if (this == LOOP) {
      return Optional.of("echo step " + done);
    }
    return done > 0 || command.isEmpty() ? Optional.empty() : Optional.of(command);
  }
}
