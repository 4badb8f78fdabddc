package dev.agentgate.execution.log;

import java.io.IOException;
import java.util.Optional;

/**
 * A run's log as text for one reader, piece by piece. A piece never ends within a character or
 * between a carriage return and its line feed. Bytes that are not UTF-8 become U+FFFD. Not for
 * concurrent use.
 */
public interface LogText {
  /** Returns the offset in the log at which a reader that has all pieces so far continues. */
  long offset();

  /**
   * Returns the next piece.
   *
   * @param growing whether more may be written; a part that needs it to be understood is then left
   *     for later
   * @return empty if there is nothing to read yet; an empty text if there is nothing to show of
   *     what was read
   */
  Optional<String> next(boolean growing) throws IOException;
}
