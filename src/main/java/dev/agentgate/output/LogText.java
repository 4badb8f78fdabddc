package dev.agentgate.output;

import java.io.IOException;
import java.util.Optional;

/**
 * A run's log as text for one reader, piece by piece. No piece ends within a character, nor between
 * a carriage return and its line feed; bytes that are no UTF-8 become U+FFFD. Not for concurrent
 * use.
 */
public interface LogText {
  /** The offset in the log from which a reader goes on who has all pieces so far. */
  long offset();

  /**
   * The next piece.
   *
   * @param growing more will be written: what needs it to be told is left for later
   * @return empty if there is nothing to read (yet); an empty text if what was read tells nothing
   */
  Optional<String> next(boolean growing) throws IOException;
}
