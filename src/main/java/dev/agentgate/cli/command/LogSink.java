package dev.agentgate.cli.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.agentgate.cli.console.Console;
import dev.agentgate.cli.console.SafeOutput;
import dev.agentgate.cli.remote.Json;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Where the text of a log goes, in the form that the user chose. */
final class LogSink {
  private final Console console;
  private final boolean lines;
  private final OutputStream bytes;
  private final StringBuilder line = new StringBuilder();
  private String runId = "";

  /**
   * Creates it.
   *
   * @param raw whether a terminal gets what the agent wrote, escape sequences included
   */
  LogSink(Console console, Output output, boolean raw) {
    this.console = console;
    this.lines = output == Output.json || output == Output.ndjson;
    OutputStream out = new Unclosed(console.out());
    this.bytes = console.terminals().out() && !raw ? new SafeOutput(out) : out;
  }

  /** Says whose text follows. */
  void begin(String run) {
    runId = run;
  }

  void text(String text) {
    if (!lines) {
      try {
        bytes.write(text.getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return;
    }
    line.append(text);
    int end = line.indexOf("\n");
    while (end >= 0) {
      print(line.substring(0, end));
      line.delete(0, end + 1);
      end = line.indexOf("\n");
    }
  }

  /** Writes what is held back; false if nobody reads it any more. */
  boolean flush() {
    return !console.out().checkError();
  }

  /** Ends the text of a run. */
  void end() {
    if (!line.isEmpty()) {
      print(line.toString());
      line.setLength(0);
    }
    console.out().flush();
  }

  /** A stream for text that comes as bytes. */
  OutputStream stream() {
    return lines ? new LineBytes() : bytes;
  }

  private void print(String text) {
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("runId", runId).put("line", text);
    console.out().println(json);
  }

  /** Turns bytes into lines of JSON. */
  private final class LineBytes extends OutputStream {
    private final java.io.ByteArrayOutputStream open = new java.io.ByteArrayOutputStream();

    @Override
    public void write(int b) {
      open.write(b);
      if (b == '\n') {
        flush();
      }
    }

    @Override
    public void flush() {
      text(open.toString(StandardCharsets.UTF_8));
      open.reset();
    }
  }

  /** Leaves the console open. */
  private static final class Unclosed extends FilterOutputStream {
    Unclosed(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      out.write(bytes, from, length);
    }

    @Override
    public void close() {
      // The console belongs to the process.
    }
  }
}
