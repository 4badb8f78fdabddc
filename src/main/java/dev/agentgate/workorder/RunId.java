package dev.agentgate.workorder;

import com.github.f4b6a3.ulid.UlidCreator;
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

  /**
   * @throws IllegalArgumentException if {@code value} is not of the form
   */
  public RunId {
    if (!UlidText.follows(PREFIX, value)) {
      throw new IllegalArgumentException("Not a run id");
    }
  }

  /**
   * A new id that sorts after every id this process made before for the same or an earlier time.
   */
  public static RunId next(Instant now) {
    return new RunId(PREFIX + UlidCreator.getMonotonicUlid(now.toEpochMilli()));
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
