package dev.agentgate.execution.log;

import dev.agentgate.agent.OutputFormat;
import dev.agentgate.agent.ReadableLog;
import dev.agentgate.agent.SecretMask;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Renders a run's log for people to read, from an offset on and block by block. Besides one block,
 * at most the beginning of one line is in memory, within the bounds of {@link ReadableLog}. Not for
 * concurrent use.
 *
 * <p>{@link #offset()} is the end of a line of the log: everything before it has been rendered, and
 * nothing after it.
 */
public final class LogRendering implements LogText {
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
  public LogRendering(RunLog log, OutputFormat format, SecretMask mask, long offset, long limit)
      throws IOException {
    this.log = log;
    this.format = format;
    this.mask = mask;
    this.limit = limit;
    this.at = offset;
    this.readable = primed(offset).orElseGet(() -> ReadableLog.of(format, offset == 0));
  }

  /**
   * Renders the block before the offset without showing it: how a log continues depends a little on
   * what came before, for example on whether the agent was in the middle of a sentence.
   *
   * @return empty if there is nothing before the offset, or if no line ends there
   */
  private Optional<ReadableLog> primed(long offset) throws IOException {
    long from = Math.max(0, offset - BLOCK);
    if (from == offset || format == OutputFormat.TEXT) {
      return Optional.empty();
    }
    LogBlock before = log.read(from, offset, BLOCK, mask, false);
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

  /** Does the same as {@link #next}, but leaves bytes that are not UTF-8 as they are. */
  @SuppressWarnings("ThreadPriorityCheck") // a courtesy; nothing relies on it
  Optional<byte[]> nextBytes(boolean growing) throws IOException {
    // A virtual thread makes way for others when it sends; if there is nothing to show, it sends
    // nothing.
    Thread.yield();
    if (at < limit) {
      LogBlock block = log.read(at, limit, BLOCK, mask, growing);
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

  /** Masks the text again: in the log a secret may be escaped, or divided between two events. */
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
