package dev.agentgate.cli.console;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where a command reads and writes: data goes to {@code out}, messages go to {@code err}.
 *
 * @param terminals which of the streams are terminals
 * @param width of the terminal, in columns
 */
public record Console(
    InputStream in,
    PrintStream out,
    PrintStream err,
    Map<String, String> environment,
    Terminals terminals,
    int width) {

  private static final int DEFAULT_WIDTH = 80;
  private static final int LEAST_WIDTH = 40;
  private static final Pattern TERMINAL = Pattern.compile("/dev/(pts/\\d+|tty\\w*|console)");

  /** Which streams a person sees or types into. */
  public record Terminals(boolean in, boolean out, boolean err) {
    public static final Terminals NONE = new Terminals(false, false, false);
  }

  /** The console of this process. */
  public static Console ofProcess() {
    Terminals terminals = new Terminals(isTerminal(0), isTerminal(1), isTerminal(2));
    Map<String, String> environment = System.getenv();
    return new Console(
        new FileInputStream(FileDescriptor.in),
        utf8(FileDescriptor.out),
        utf8(FileDescriptor.err),
        environment,
        terminals,
        terminals.out() ? width(environment) : DEFAULT_WIDTH);
  }

  /** A variable that is set and not empty. */
  public Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
  }

  /** The directory that a variable of the XDG specification names, or its default below HOME. */
  public Path directory(String variable, String belowHome) {
    return variable(variable)
        .map(Path::of)
        .filter(Path::isAbsolute)
        .orElseGet(() -> home().resolve(belowHome));
  }

  public Path home() {
    return Path.of(variable("HOME").orElse("/"));
  }

  /** Tells the user something that is not data. */
  public void say(String sentence) {
    err.println(sentence);
    err.flush();
  }

  /** The colours for what goes to {@code out}. */
  public Style style() {
    return new Style(coloured(terminals.out()));
  }

  /** The colours for messages. */
  public Style messageStyle() {
    return new Style(coloured(terminals.err()));
  }

  private boolean coloured(boolean terminal) {
    return terminal
        && variable("NO_COLOR").isEmpty()
        && !variable("TERM").orElse("dumb").equals("dumb");
  }

  private static PrintStream utf8(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), false, StandardCharsets.UTF_8);
  }

  // System.console() cannot tell one stream from another. Without /proc, nothing is a terminal.
  private static boolean isTerminal(int descriptor) {
    try {
      Path link = Path.of("/proc/self/fd", Integer.toString(descriptor));
      return TERMINAL.matcher(Files.readSymbolicLink(link).toString()).matches();
    } catch (IOException noProc) {
      return false;
    }
  }

  private static int width(Map<String, String> environment) {
    String columns = environment.getOrDefault("COLUMNS", "");
    if (!columns.matches("\\d{1,4}")) {
      columns = askTerminal();
    }
    int width = columns.isEmpty() ? 0 : Integer.parseInt(columns);
    return width == 0 ? DEFAULT_WIDTH : Math.max(width, LEAST_WIDTH);
  }

  private static String askTerminal() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(Path.of("/dev/tty").toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String[] rowsAndColumns =
          new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
              .strip()
              .split(" ", -1);
      return rowsAndColumns.length == 2 && rowsAndColumns[1].matches("\\d{1,4}")
          ? rowsAndColumns[1]
          : "";
    } catch (IOException noTerminal) {
      return "";
    }
  }
}
