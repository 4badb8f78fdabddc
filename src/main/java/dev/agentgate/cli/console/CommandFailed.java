package dev.agentgate.cli.console;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Ends a command with a sentence for the user and an exit code. */
public class CommandFailed extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ExitCode code;
  private final @Nullable String details;

  public CommandFailed(ExitCode code, String sentence) {
    this(code, sentence, null);
  }

  /**
   * Creates a failure.
   *
   * @param details what {@code --verbose} adds, such as the whole answer of the server
   */
  public CommandFailed(ExitCode code, String sentence, @Nullable String details) {
    super(sentence, null, false, false);
    this.code = code;
    this.details = details;
  }

  public final ExitCode code() {
    return code;
  }

  public final String sentence() {
    return String.valueOf(getMessage());
  }

  public final Optional<String> details() {
    return Optional.ofNullable(details);
  }
}
