package dev.agentgate.workorder;

import java.time.Instant;
import java.util.Optional;

/**
 * The id of a work order: {@code wo_} and a ULID in Crockford's base 32, upper case. Ids sort by
 * their time of creation. The text is safe to use as a file name.
 *
 * @param value the whole id, including the prefix
 * @see <a href="https://github.com/ulid/spec">The ULID specification</a>
 */
public record WorkOrderId(String value) implements Comparable<WorkOrderId> {
  private static final String PREFIX = "wo_";
  private static final UlidSequence SEQUENCE = new UlidSequence();

  /**
   * @throws IllegalArgumentException if {@code value} does not have this form
   */
  public WorkOrderId {
    if (!UlidText.follows(PREFIX, value)) {
      throw new IllegalArgumentException("Not a work order id");
    }
  }

  /**
   * Creates an id that sorts after every id that this process has created or {@linkplain #follow
   * followed}, even if the clock was set back.
   */
  public static WorkOrderId next(Instant now) {
    return new WorkOrderId(PREFIX + SEQUENCE.next(now));
  }

  /** Makes all ids created from now on sort after this one, which an earlier process created. */
  public static void follow(WorkOrderId earlier) {
    SEQUENCE.follow(earlier.value.substring(PREFIX.length()));
  }

  /** Parses an id from outside; returns empty if it does not have the form of an id. */
  public static Optional<WorkOrderId> parse(String text) {
    return UlidText.follows(PREFIX, text) ? Optional.of(new WorkOrderId(text)) : Optional.empty();
  }

  @Override
  public int compareTo(WorkOrderId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
