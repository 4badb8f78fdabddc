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
 * Turns a run's log into what a person wants to read, piece by piece and in order: an agent's
 * events become text, every other line stays as it is.
 *
 * <p>It may begin anywhere in the log, best between two lines. A line is rendered when it has
 * ended; of a line of more than {@value LogLines#LONGEST} bytes only its length is told. Control
 * characters that an event holds never reach the text, those outside of events do as they do in the
 * log. Not for concurrent use.
 */
public final class ReadableLog {
  private static final ObjectReader JSON =
      new ObjectMapper().reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /** What stands in a log for what was dropped from its middle. */
  private static final Pattern DROPPED = Pattern.compile("\\[agentgate: \\d+ bytes dropped\\]");

  private static final int START_OF_BROKEN_EVENT = 200;

  private final @Nullable ReadableEvents events;
  private final ReadableText text = new ReadableText();
  private final LogLines lines = new LogLines(new Lines());

  /** Whether the next line may be the rest of one whose beginning is gone. */
  private boolean maybeRest;

  /** Whether the line that is told has no end of its own. */
  private boolean ending;

  private ReadableLog(@Nullable ReadableEvents events, boolean fromStart) {
    this.events = events;
    this.maybeRest = !fromStart;
  }

  /**
   * A rendering of a log of this format.
   *
   * @param fromStart whether it is fed from the beginning of the log
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

  /** Takes the next bytes of the log and returns what they become, perhaps nothing. */
  public byte[] accept(byte[] bytes, int from, int to) {
    if (events == null) {
      return Arrays.copyOfRange(bytes, from, to);
    }
    lines.accept(bytes, from, to);
    return text.take();
  }

  /** Nothing more will come; returns what the last line becomes. */
  public byte[] end() {
    ending = true;
    lines.end();
    text.close();
    return text.take();
  }

  /**
   * How many of the bytes that were taken are not rendered yet: they are of a line that has not
   * ended. A rendering that goes on later begins so many bytes earlier.
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
