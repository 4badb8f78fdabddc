package dev.agentgate.execution.log;

import dev.agentgate.agent.SecretMask;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/**
 * The stdout and stderr of a run's processes, in order.
 *
 * <p>An <em>offset</em> counts the bytes written since the beginning of the run. Its meaning never
 * changes, even if bytes are dropped from the middle of a log that grew too large. Offsets of
 * dropped bytes read as one line that says how many bytes are missing.
 *
 * <p>An instance keeps nothing open. Any number of instances and threads may be used at once. A log
 * that does not exist, or no longer exists, reads as empty.
 */
public interface RunLog {

  /**
   * Returns the number of bytes written, including those that were dropped; 0 if there is no log.
   */
  long size();

  /** Returns when the log was last written; empty if it does not exist. */
  Optional<Instant> lastActivityAt();

  /** Returns the log as it is now, for a reader that must know its length in advance. */
  LogSnapshot snapshot() throws IOException;

  /**
   * Reads a part of the log.
   *
   * @param offset where to begin
   * @param limit where to stop at the latest; a line that stands for dropped bytes may lead beyond
   *     it
   * @param max the most bytes to read; a line that stands for dropped bytes may be longer
   * @param growing whether more may be written; bytes at the end that could be the beginning of a
   *     secret are then left out
   */
  LogBlock read(long offset, long limit, int max, SecretMask mask, boolean growing)
      throws IOException;

  /**
   * Returns where the last lines begin. The line that stands for dropped bytes counts as one. Reads
   * backwards, and only as far as needed.
   *
   * @param lines the number of lines; at least 1
   * @param end the end of the last line
   */
  long startOfLastLines(int lines, long end) throws IOException;
}
