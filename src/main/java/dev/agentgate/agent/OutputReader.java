package dev.agentgate.agent;

import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads what an agent prints while it is printed, in memory that does not grow with it.
 *
 * <p>It is fed with a run's log from its beginning, secrets masked, in pieces of any size; lines
 * that were dropped from the middle do no harm. What it tells depends on the bytes alone, and on
 * {@link OutputContext}: after a restart it is fed again from the beginning.
 *
 * <p>Whatever comes, it throws nothing. Output is never trusted: it may be of another program, cut,
 * or made up. Not for concurrent use.
 */
public final class OutputReader {
  private final @Nullable AgentEvents events;
  private final LogLines lines = new LogLines(new Lines());

  private long progress;

  /** Whether an event of the agent's has come. */
  private boolean speaks;

  private OutputReader(@Nullable AgentEvents events) {
    this.events = events;
  }

  /** A reader for a run that prints this format. */
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

  /** Takes the next bytes of the log; those of other indexes are not looked at. */
  public void accept(byte[] bytes, int from, int to) {
    if (events == null) {
      progress += to - from;
      return;
    }
    lines.accept(bytes, from, to);
  }

  /** Nothing more will come: what came since the last line feed is a line, too. */
  public void end() {
    lines.end();
  }

  /** What was told so far about the run. */
  public AgentReport report() {
    return events == null ? AgentReport.EMPTY : events.report();
  }

  /** How the work ended, as far as was told. */
  public AgentVerdict verdict() {
    return events == null ? AgentVerdict.UNKNOWN : events.verdict;
  }

  /**
   * Whether the agent has told its result. It may go on nevertheless, with what it left running in
   * the background; then this becomes false again.
   */
  public boolean finished() {
    return events != null && events.finished;
  }

  /**
   * How much of the log there was when the agent last got on. Signs of life while a tool runs,
   * retries and messages of the program about itself move it no further; of {@link
   * OutputFormat#TEXT} every byte does.
   */
  public long progress() {
    return progress;
  }

  /** What the agent has been trying again since it last got on. */
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
      // Before its first event it may be a script that prepares something.
      if (!speaks) {
        progress = lines.lineEnd();
      }
    }

    @Override
    public void skipped(long length) {
      // A huge result of a tool, most likely.
      progress = lines.lineEnd();
    }
  }
}
