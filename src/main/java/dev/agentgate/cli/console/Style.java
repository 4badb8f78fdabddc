package dev.agentgate.cli.console;

/**
 * Colours for a terminal.
 *
 * @param on whether to write escape sequences at all
 */
public record Style(boolean on) {
  private static final String ESCAPE = "\u001b[";
  private static final String RESET = ESCAPE + "0m";

  public String bold(String text) {
    return in("1", text);
  }

  public String dim(String text) {
    return in("2", text);
  }

  public String red(String text) {
    return in("31", text);
  }

  public String green(String text) {
    return in("32", text);
  }

  public String yellow(String text) {
    return in("33", text);
  }

  /** The status of an order, a run or a publication in the colour of its meaning. */
  public String status(String status) {
    return status(status, status);
  }

  /** A text in the colour of a status. */
  public String status(String status, String text) {
    return switch (status) {
      case "completed", "published" -> green(text);
      case "failed" -> red(text);
      case "running", "preparing", "pending" -> yellow(text);
      case "cancelled", "nothing_to_publish" -> dim(text);
      default -> text;
    };
  }

  private String in(String code, String text) {
    return on && !text.isEmpty() ? ESCAPE + code + "m" + text + RESET : text;
  }
}
