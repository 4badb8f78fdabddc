package dev.agentgate.agent;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.regex.Pattern;

/**
 * The text that an agent's events are rendered to: messages as they are, tool calls as commands,
 * the output of tools indented and shortened, and everything else in brackets. It contains nothing
 * that controls a terminal.
 */
final class ReadableText {
  private static final int OUTPUT_LINES = 20;
  private static final int OUTPUT_CHARACTERS = 2_000;
  private static final int COMMAND_CHARACTERS = 2_000;
  private static final int ARGUMENT_CHARACTERS = 120;
  private static final int ARGUMENTS = 8;
  private static final int THOUGHT_CHARACTERS = 500;

  private static final Pattern LINE_ENDS = Pattern.compile("\r\n?|[\u2028\u2029\u0085]");

  /** Control characters, and characters that change the direction of the text after them. */
  private static final Pattern UNSEEN =
      Pattern.compile("[\\p{Cntrl}\u0080-\u009f\u202a-\u202e\u2066-\u2069&&[^\n\t]]");

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** Whether the last message may continue, because its line has not ended. */
  private boolean open;

  /** Returns the text of all events since the last call. */
  byte[] take() {
    byte[] bytes = out.toByteArray();
    out.reset();
    return bytes;
  }

  /** Ends an open line. */
  void close() {
    if (open) {
      append("\n");
      open = false;
    }
  }

  /** Adds a complete message of the agent. */
  void said(String words) {
    close();
    String plain = plain(words).strip();
    if (!plain.isEmpty()) {
      append(plain + "\n");
    }
  }

  /** Adds a piece of a message of the agent; more pieces may follow. */
  void saidPart(String words) {
    String plain = plain(words);
    append(plain);
    open =
        open ? !plain.endsWith("\n") || plain.isEmpty() : !plain.isEmpty() && !plain.endsWith("\n");
  }

  /** Adds a thought of the agent. */
  void thought(String words) {
    close();
    String line = Words.sentence(plain(words));
    if (!line.isEmpty()) {
      append("(thinking) " + shortened(line, THOUGHT_CHARACTERS) + "\n");
    }
  }

  /** Adds a tool call. */
  void tool(String name, JsonNode input) {
    JsonNode command = input.path("command");
    if (command.isTextual()) {
      command(command.textValue());
      return;
    }
    StringJoiner line = new StringJoiner(" ", "> ", "\n").add(oneLine(name));
    int count = 0;
    for (var field : input.properties()) {
      if (++count > ARGUMENTS) {
        line.add("…");
        break;
      }
      JsonNode value = field.getValue();
      line.add(
          oneLine(field.getKey())
              + "="
              + oneLine(value.isTextual() ? value.textValue() : value.toString()));
    }
    close();
    append(line.toString());
  }

  /** Adds a command. */
  void command(String line) {
    close();
    String command = shortened(plain(line).strip(), COMMAND_CHARACTERS);
    append("$ " + command.replace("\n", "\n  ") + "\n");
  }

  /** Adds the output of a tool. */
  void output(String output) {
    close();
    String plain = plain(shortened(output, 4 * OUTPUT_CHARACTERS)).stripTrailing();
    if (plain.isEmpty()) {
      return;
    }
    List<String> lines = shortened(plain, OUTPUT_CHARACTERS).lines().toList();
    lines.stream().limit(OUTPUT_LINES).forEach(line -> append("  " + line + "\n"));
    long more = output.stripTrailing().lines().count() - Math.min(lines.size(), OUTPUT_LINES);
    if (more > 0) {
      append("  … " + more + (more == 1 ? " more line\n" : " more lines\n"));
    }
  }

  /** Adds a note about the run. */
  void note(String words) {
    close();
    append("[" + Words.sentence(plain(words)) + "]\n");
  }

  /** Adds bytes of the log unchanged. */
  void raw(byte[] bytes, int from, int to) {
    close();
    out.write(bytes, from, to - from);
  }

  /** Ends a line that was added unchanged. */
  void endLine() {
    append("\n");
  }

  private void append(String more) {
    out.writeBytes(more.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns the totals at the end of a run. Unknown numbers are left out. */
  static String totals(
      Optional<Long> turns, JsonNode input, JsonNode cached, JsonNode output, JsonNode cost) {
    StringJoiner totals = new StringJoiner(", ");
    turns.ifPresent(count -> totals.add(count + (count == 1 ? " turn" : " turns")));
    if (input.asLong() + output.asLong() > 0) {
      String of = cached.asLong() > 0 ? " (" + count(cached.asLong()) + " cached)" : "";
      totals.add(
          count(input.asLong()) + " tokens in" + of + ", " + count(output.asLong()) + " out");
    }
    if (cost.isNumber() && cost.asDouble() > 0) {
      totals.add(String.format(Locale.ROOT, "$%.4f", cost.asDouble()));
    }
    return totals.toString();
  }

  private static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  private static String oneLine(String value) {
    return shortened(Words.sentence(plain(value)), ARGUMENT_CHARACTERS);
  }

  private static String shortened(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(most - 2)) ? most - 2 : most - 1;
    return text.substring(0, end) + "…";
  }

  private static String plain(String text) {
    String lines = LINE_ENDS.matcher(Words.withoutTerminalCodes(text)).replaceAll("\n");
    return UNSEEN.matcher(lines).replaceAll("");
  }
}
