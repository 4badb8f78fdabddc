package dev.agentgate.agent;

import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads an agent's output while it is being written, in bounded memory.
 *
 * <p>It must be given a run's log from the beginning, with secrets masked, in pieces of any size.
 * Lines that were dropped from the middle do no harm. The result depends only on the bytes and the
 * {@link OutputContext}, so after a restart the log is simply read again from the beginning.
 *
 * <p>It never throws. Output is not trusted: it may come from another program, be cut off or be
 * forged. Not for concurrent use.
 */
public final class OutputReader {
  private final @Nullable AgentEvents events;
  private final LogLines lines = new LogLines(new Lines());

  private long progress;

  /** Whether the agent has printed an event. */
  private boolean speaks;

  private OutputReader(@Nullable AgentEvents events) {
    this.events = events;
  }

  /** Returns a reader for a run that prints this format. */
  public static OutputReader of(OutputFormat format, OutputContext context) {
    return new OutputReader(
        switch (format) {
          case TEXT -> null;
          case CLAUDE_STREAM_JSON -> new ClaudeEvents(context);
          case CODEX_JSON -> new CodexEvents(context);
          case OPENCODE_JSON -> new OpencodeEvents(context);
          case GEMINI_STREAM_JSON -> new GeminiEvents(context);
        });
  }

  /** Reads the next bytes of the log, which are those from {@code from} up to {@code to}. */
  public void accept(byte[] bytes, int from, int to) {
    if (events == null) {
      progress += to - from;
      return;
    }
    lines.accept(bytes, from, to);
  }

  /** Ends the input. Bytes after the last line feed count as a line. */
  public void end() {
    lines.end();
  }

  /** Returns what the output has said about the run so far. */
  public AgentReport report() {
    return events == null ? AgentReport.EMPTY : events.report();
  }

  /** Returns how the work ended, as far as the output has said. */
  public AgentVerdict verdict() {
    return events == null ? AgentVerdict.UNKNOWN : events.verdict;
  }

  /**
   * Whether the agent has printed its result. It may still continue with what it left running in
   * the background; then this becomes false again.
   */
  public boolean finished() {
    return events != null && events.finished;
  }

  /**
   * Returns the length of the log up to the agent's last progress. Signs of life while a tool runs,
   * retries and messages of the program about itself are not progress. With {@link
   * OutputFormat#TEXT} every byte is.
   */
  public long progress() {
    return progress;
  }

  /** Returns what the agent has been retrying since its last progress. */
  public Optional<AgentVerdict.Failed> retrying() {
    return events == null ? Optional.empty() : events.retrying.map(Supplier::get);
  }

  private final class Lines implements LogLines.Sink {
    @Override
    public void line(byte[] bytes, int from, int to) {
      if (events == null || from == to) {
        return;
      }
      Optional<JsonSpan> json = JsonSpan.find(bytes, from, to);
      Optional<JsonEvent> event =
          json.flatMap(span ->
              JsonEvent.parse(
                  bytes, span.from(), span.to(), events.fields(), events::isTypeEnough));
      if (event.isEmpty()) {
        text(events, bytes, from, to);
        return;
      }
      json.filter(JsonSpan::textBefore).ifPresent(span -> text(events, bytes, from, span.from()));
      speaks = true;
      if (events.event(event.get())) {
        progress = lines.lineEnd();
      }
    }

    private void text(AgentEvents to, byte[] bytes, int from, int until) {
      if (to.mayMatter(bytes, from, until)) {
        to.text(Words.sentence(Words.decode(bytes, from, until)));
      }
      // Before the first event this may be a script that prepares something.
      if (!speaks) {
        progress = lines.lineEnd();
      }
    }

    @Override
    public void skipped(long length) {
      // Most likely a huge result of a tool.
      progress = lines.lineEnd();
    }
  }
}
