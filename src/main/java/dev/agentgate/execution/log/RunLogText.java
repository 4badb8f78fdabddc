package dev.agentgate.execution.log;

import dev.agentgate.agent.SecretMask;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Reads a run's log as text, piece by piece. A piece never ends within a character or between a
 * carriage return and its line feed. Bytes that are not UTF-8 become U+FFFD. Not for concurrent
 * use.
 */
public final class RunLogText implements LogText {
  private static final int BLOCK = 48 * 1024;

  private final RunLog log;
  private final SecretMask mask;
  private long offset;

  /**
   * @param offset where to begin
   */
  public RunLogText(RunLog log, SecretMask mask, long offset) {
    this.log = log;
    this.mask = mask;
    this.offset = offset;
  }

  @Override
  public long offset() {
    return offset;
  }

  /** While the log grows, half a character, half a line end or half a secret is left for later. */
  @Override
  public Optional<String> next(boolean growing) throws IOException {
    LogBlock block = log.read(offset, Long.MAX_VALUE, BLOCK, mask, growing);
    byte[] bytes = block.bytes();
    long next = block.next();
    if (!block.notice()) {
      int kept = bytes.length - unfinished(bytes);
      if (kept < bytes.length && (growing || moreFollows(next))) {
        bytes = Arrays.copyOf(bytes, kept);
        next = offset + kept;
      }
    }
    offset = next;
    return bytes.length == 0
        ? Optional.empty()
        : Optional.of(new String(bytes, StandardCharsets.UTF_8));
  }

  /** Whether the next byte can be read; false at the end of the log and at the hole. */
  private boolean moreFollows(long next) throws IOException {
    LogBlock following = log.read(next, Long.MAX_VALUE, 1, SecretMask.NONE, false);
    return !following.notice() && following.bytes().length > 0;
  }

  /** Returns the number of bytes at the end that may belong together with the bytes after them. */
  static int unfinished(byte[] bytes) {
    int length = bytes.length;
    if (length > 0 && bytes[length - 1] == '\r') {
      return 1;
    }
    for (int back = 1; back <= Math.min(3, length); back++) {
      int b = bytes[length - back] & 0xff;
      if (b < 0x80) {
        return 0;
      }
      if (b >= 0xc0) {
        int needed = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : 2;
        return back < needed ? back : 0;
      }
    }
    return 0;
  }
}
