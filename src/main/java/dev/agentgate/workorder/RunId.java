package dev.agentgate.workorder;

import java.time.Instant;
import java.util.Optional;

/**
 * The id of a run: {@code run_} and a ULID in Crockford's base 32, upper case. Ids sort by their
 * time of creation. The text is safe to use as a file name.
 *
 * @param value the whole id, including the prefix
 * @see <a href="https://github.com/ulid/spec">The ULID specification</a>
 */
public record RunId(String value) implements Comparable<RunId> {
  private static final String PREFIX = "run_";
  private static final UlidSequence SEQUENCE = new UlidSequence();

  /**
   * @throws IllegalArgumentException if {@code value} does not have this form
   */
  public RunId {
    if (!UlidText.follows(PREFIX, value)) {
      throw new IllegalArgumentException("Not a run id");
    }
  }

  /**
   * Creates an id that sorts after every id that this process has created or {@linkplain #follow
   * followed}, even if the clock was set back.
   */
  public static RunId next(Instant now) {
    return new RunId(PREFIX + SEQUENCE.next(now));
  }

  /** Returns the smallest id that a run of this moment can have. */
  public static RunId firstOf(Instant moment) {
    return new RunId(PREFIX + UlidSequence.firstOf(moment));
  }

  /** Makes all ids created from now on sort after this one, which an earlier process created. */
  public static void follow(RunId earlier) {
    SEQUENCE.follow(earlier.value.substring(PREFIX.length()));
  }

  /** Parses an id from outside; returns empty if it does not have the form of an id. */
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
