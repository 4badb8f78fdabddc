package dev.agentgate.queue;

import dev.agentgate.agent.OutputFormat;
import dev.agentgate.agent.ReadableLog;
import dev.agentgate.output.LogText;
import dev.agentgate.output.RunLog;
import dev.agentgate.output.RunLogBlock;
import dev.agentgate.output.SecretMask;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Renders a run's log from an offset on, piece by piece: what has become of one block of it. Beside
 * that it holds the beginning of one line, within the bounds of {@link ReadableLog}. Not for
 * concurrent use.
 *
 * <p>{@link #offset()} is the end of a line of the log: all before it is rendered, and nothing of
 * what follows.
 */
final class LogRendering implements LogText {
  private static final int BLOCK = 64 * 1024;

  private final RunLog log;
  private final OutputFormat format;
  private final SecretMask mask;
  private final long limit;
  private final ReadableLog readable;

  private long at;

  /** Whether the text so far ends within a line. */
  private boolean midLine;

  private boolean ended;

  /**
   * @param offset where to begin
   * @param limit where to end; a line that stands for dropped bytes may lead beyond
   */
  LogRendering(RunLog log, OutputFormat format, SecretMask mask, long offset, long limit)
      throws IOException {
    this.log = log;
    this.format = format;
    this.mask = mask;
    this.limit = limit;
    this.at = offset;
    this.readable = primed(offset).orElseGet(() -> ReadableLog.of(format, offset == 0));
  }

  /**
   * A rendering in the middle of a log depends a little on what came before: whether the agent was
   * within a sentence. So that is rendered as well, and not shown.
   *
   * @return empty if there is nothing before, or no line ends at the offset
   */
  private Optional<ReadableLog> primed(long offset) throws IOException {
    long from = Math.max(0, offset - BLOCK);
    if (from == offset || format == OutputFormat.TEXT) {
      return Optional.empty();
    }
    RunLogBlock before = log.read(from, offset, BLOCK, mask, false);
    byte[] bytes = before.bytes();
    if (before.notice() || before.next() != offset || bytes[bytes.length - 1] != '\n') {
      return Optional.empty();
    }
    int first = from == 0 ? 0 : afterFirstLine(bytes);
    ReadableLog primed = ReadableLog.of(format, from == 0);
    byte[] text = primed.accept(bytes, first, bytes.length);
    midLine = endsMidLine(text);
    return Optional.of(primed);
  }

  private static int afterFirstLine(byte[] bytes) {
    int at = 0;
    while (bytes[at] != '\n') {
      at++;
    }
    return at + 1;
  }

  @Override
  public long offset() {
    return at - readable.pending();
  }

  @Override
  public Optional<String> next(boolean growing) throws IOException {
    return nextBytes(growing).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
  }

  /** As {@link #next}, but bytes that are no UTF-8 stay as they are. */
  @SuppressWarnings("ThreadPriorityCheck") // a courtesy; nothing relies on it
  Optional<byte[]> nextBytes(boolean growing) throws IOException {
    // A virtual thread makes way for others when it sends. Where nothing is told, it sends nothing.
    Thread.yield();
    if (at < limit) {
      RunLogBlock block = log.read(at, limit, BLOCK, mask, growing);
      if (block.bytes().length > 0) {
        at = block.next();
        return Optional.of(masked(readable.accept(block.bytes(), 0, block.bytes().length)));
      }
    }
    if (growing || ended) {
      return Optional.empty();
    }
    ended = true;
    return Optional.of(masked(readable.end()));
  }

  /**
   * The log is masked already, but a secret may be in another form there, with its characters
   * escaped or in the words of two events.
   */
  private byte[] masked(byte[] text) {
    if (text.length > 0 && format != OutputFormat.TEXT) {
      boolean continued = midLine;
      midLine = endsMidLine(text);
      mask.apply(text, continued, midLine && !ended);
    }
    return text;
  }

  private static boolean endsMidLine(byte[] text) {
    return text.length > 0 && text[text.length - 1] != '\n';
  }
}
