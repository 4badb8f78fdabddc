package dev.agentgate.output;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Reads a run's log as text, piece by piece. No piece ends within a character, nor between a
 * carriage return and its line feed; bytes that are no UTF-8 become U+FFFD. Not for concurrent use.
 */
public final class RunLogText {
  private static final int BLOCK = 32 * 1024;

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

  /** The offset after the last piece. */
  public long offset() {
    return offset;
  }

  /**
   * The next piece.
   *
   * @param growing more will be written: what may be half a character, half a line end or half a
   *     secret is left for later
   * @return empty if there is none (yet)
   */
  public Optional<String> next(boolean growing) throws IOException {
    RunLogBlock block = log.read(offset, Long.MAX_VALUE, BLOCK, mask, growing);
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

  /** Whether what was written next is there: it is not where the log ends or the hole begins. */
  private boolean moreFollows(long next) throws IOException {
    RunLogBlock following = log.read(next, Long.MAX_VALUE, 1, SecretMask.NONE, false);
    return !following.notice() && following.bytes().length > 0;
  }

  /** How many bytes at the end may belong together with what follows. */
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
