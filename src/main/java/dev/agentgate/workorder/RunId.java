package dev.agentgate.workorder;

import java.time.Instant;
import java.util.Optional;

/**
 * The id of a run: {@code run_} and a ULID in Crockford's base 32, upper case. Ids sort by their
 * time of creation. The text is safe as a file name.
 *
 * @param value the whole id, prefix included
 * @see <a href="https://github.com/ulid/spec">The ULID specification</a>
 */
public record RunId(String value) implements Comparable<RunId> {
  private static final String PREFIX = "run_";
  private static final UlidSequence SEQUENCE = new UlidSequence();

  /**
   * @throws IllegalArgumentException if {@code value} is not of the form
   */
  public RunId {
    if (!UlidText.follows(PREFIX, value)) {
      throw new IllegalArgumentException("Not a run id");
    }
  }

  /**
   * A new id that sorts after every id that this process made or {@linkplain #follow follows}, even
   * if the clock was set back.
   */
  public static RunId next(Instant now) {
    return new RunId(PREFIX + SEQUENCE.next(now));
  }

  /** Lets every id that is made from now on sort after this one, which an earlier process made. */
  public static void follow(RunId earlier) {
    SEQUENCE.follow(earlier.value.substring(PREFIX.length()));
  }

  /** Reads an id from outside; empty if it is not of the form. */
  public static Optional<RunId> parse(String text) {
    return UlidText.follows(PREFIX, text) ? Optional.of(new RunId(text)) : Optional.empty();
  }

  @Override
  public int compareTo(RunId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
