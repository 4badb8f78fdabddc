package dev.agentgate.agent;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Turns a run's log into text for people, piece by piece and in order. An agent's events become
 * text, and every other line stays as it is.
 *
 * <p>A rendering may begin anywhere in the log, preferably between two lines. A line is rendered
 * when it has ended. Of a line longer than {@value LogLines#LONGEST} bytes only the length is
 * shown. Control characters within events are removed; those outside of events are kept as they are
 * in the log. Not for concurrent use.
 */
public final class ReadableLog {
  private static final ObjectReader JSON =
      new ObjectMapper().reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /** The line that replaces what was dropped from the middle of a log. */
  private static final Pattern DROPPED = Pattern.compile("\\[agentgate: \\d+ bytes dropped\\]");

  private static final int START_OF_BROKEN_EVENT = 200;

  private final @Nullable ReadableEvents events;
  private final ReadableText text = new ReadableText();
  private final LogLines lines = new LogLines(new Lines());

  /** Whether the next line may be the rest of a line whose beginning is gone. */
  private boolean maybeRest;

  /** Whether the line being rendered has no line end. */
  private boolean ending;

  private ReadableLog(@Nullable ReadableEvents events, boolean fromStart) {
    this.events = events;
    this.maybeRest = !fromStart;
  }

  /**
   * Returns a rendering of a log in this format.
   *
   * @param fromStart whether it is given the log from the beginning
   */
  public static ReadableLog of(OutputFormat format, boolean fromStart) {
    return new ReadableLog(
        switch (format) {
          case TEXT -> null;
          case CLAUDE_STREAM_JSON -> new ReadableClaude();
          case CODEX_JSON -> new ReadableCodex();
          case OPENCODE_JSON -> new ReadableOpencode(fromStart);
          case GEMINI_STREAM_JSON -> new ReadableGemini();
        },
        fromStart);
  }

  /**
   * Whether the last lines of a rendered log depend on how the log began, because they contain
   * sums.
   */
  public static boolean sumsUp(OutputFormat format) {
    return format == OutputFormat.OPENCODE_JSON;
  }

  /** Renders the next bytes of the log; returns an empty array if they complete no line. */
  public byte[] accept(byte[] bytes, int from, int to) {
    if (events == null) {
      return Arrays.copyOfRange(bytes, from, to);
    }
    lines.accept(bytes, from, to);
    return text.take();
  }

  /** Ends the input and renders the last line. */
  public byte[] end() {
    ending = true;
    lines.end();
    text.close();
    return text.take();
  }

  /**
   * Returns how many of the bytes so far are not rendered yet, because their line has not ended. A
   * new rendering that continues this one must begin that many bytes earlier.
   */
  public long pending() {
    return lines.pending();
  }

  private final class Lines implements LogLines.Sink {
    @Override
    public void line(byte[] bytes, int from, int to) {
      boolean rest = maybeRest;
      maybeRest = false;
      Optional<JsonSpan> json = JsonSpan.find(bytes, from, to);
      Optional<JsonNode> event = json.flatMap(span -> parse(bytes, span));
      if (events != null && json.isPresent() && event.isPresent()) {
        if (json.get().textBefore()) {
          text.raw(bytes, from, json.get().from());
          text.endLine();
        }
        events.render(event.get(), text);
      } else if (beginsEvent(bytes, from, to)) {
        String start =
            new String(
                bytes, from, Math.min(to - from, START_OF_BROKEN_EVENT), StandardCharsets.UTF_8);
        text.said(to - from > START_OF_BROKEN_EVENT ? start + "…" : start);
      } else if (rest && to > from && bytes[to - 1] == '}') {
        text.said("…");
      } else {
        maybeRest = to - from < 80 && DROPPED.matcher(Words.decode(bytes, from, to)).matches();
        text.raw(bytes, from, to);
        if (!ending) {
          text.endLine();
        }
      }
    }

    @Override
    public void skipped(long bytes) {
      text.note("agentgate: a line of " + bytes + " bytes left out");
    }
  }

  private static boolean beginsEvent(byte[] bytes, int from, int to) {
    return to - from > 1 && bytes[from] == '{' && bytes[from + 1] == '"';
  }

  private static Optional<JsonNode> parse(byte[] bytes, JsonSpan span) {
    try {
      return event(JSON.readTree(bytes, span.from(), span.to() - span.from()));
    } catch (IOException e) {
      // Not JSON, or not UTF-8.
    }
    String line = new String(bytes, span.from(), span.to() - span.from(), StandardCharsets.UTF_8);
    if (line.indexOf('\ufffd') < 0) {
      return Optional.empty();
    }
    try {
      return event(JSON.readTree(line));
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }

  private static Optional<JsonNode> event(JsonNode node) {
    return node.path("type").isTextual() ? Optional.of(node) : Optional.empty();
  }
}
