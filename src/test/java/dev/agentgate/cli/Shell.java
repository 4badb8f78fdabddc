package dev.agentgate.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.agentgate.cli.command.StoreMigrator;
import dev.agentgate.cli.console.Console;
import dev.agentgate.cli.console.Console.Terminals;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;

/** Runs commands in this process as a shell would, and captures what they write. */
public final class Shell {
  public static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  private final Map<String, String> environment = new TreeMap<>();
  private String input = "";
  private Terminals terminals = Terminals.NONE;
  private int width = 80;
  private StoreMigrator migrator = (_, _) -> 0;
  private volatile ByteArrayOutputStream written = new ByteArrayOutputStream();

  /** How a command ended, and what it wrote. */
  public record Result(int code, String out, String err) {
    public JsonNode json() {
      try {
        return new ObjectMapper().readTree(out);
      } catch (JsonProcessingException e) {
        throw new AssertionError("Not JSON: " + out, e);
      }
    }
  }

  /**
   * A shell without a terminal.
   *
   * @param home its HOME, where the client keeps what it remembers
   */
  public Shell(Path home) {
    environment.put("HOME", home.toString());
    environment.put("PATH", System.getenv("PATH"));
  }

  public Shell with(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  Shell migratingBy(StoreMigrator itsMigrator) {
    migrator = itsMigrator;
    return this;
  }

  public Shell input(String text) {
    input = text;
    return this;
  }

  public Shell onATerminal(int columns) {
    terminals = new Terminals(true, true, true);
    width = columns;
    environment.put("TERM", "xterm");
    return this;
  }

  /** Returns what the last command has written so far. It may still run, in another thread. */
  public String written() {
    return written.toString(StandardCharsets.UTF_8);
  }

  public Result run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    written = out;
    Console console =
        new Console(
            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Map.copyOf(environment),
            terminals,
            width);
    int code = CommandLineClient.run(console, InstantSource.fixed(NOW), migrator, arguments);
    return new Result(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
