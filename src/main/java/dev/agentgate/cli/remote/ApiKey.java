package dev.agentgate.cli.remote;

import dev.agentgate.cli.console.CommandFailed;
import dev.agentgate.cli.console.ExitCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** A key for the server. Its text form does not reveal it. */
public final class ApiKey {
  /** What the service takes as a key: it may have blanks inside. */
  private static final Pattern FORM = Pattern.compile("[ -~]{1,4096}");

  private final String value;
  private final String source;

  private ApiKey(String value, String source) {
    this.value = value;
    this.source = source;
  }

  /**
   * A key from a text.
   *
   * @param source where it comes from, for messages
   * @throws CommandFailed if it cannot be a key; the message does not repeat it
   */
  static ApiKey of(String text, String source) {
    String value = text.strip();
    if (!FORM.matcher(value).matches()) {
      throw new CommandFailed(
          ExitCode.USAGE,
          "The key in " + source + " is empty or has characters that no key can have.");
    }
    return new ApiKey(value, source);
  }

  static ApiKey read(Path file) {
    try {
      return of(Files.readString(file, StandardCharsets.ISO_8859_1), file.toString());
    } catch (IOException e) {
      throw new CommandFailed(ExitCode.USAGE, "The key file " + file + " cannot be read.");
    }
  }

  /** Where it comes from, for messages. */
  public String source() {
    return source;
  }

  String authorization() {
    return "Bearer " + value;
  }

  @Override
  public String toString() {
    return "the key in " + source;
  }
}
