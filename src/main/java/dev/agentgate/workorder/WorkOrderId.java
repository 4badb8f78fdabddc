package dev.agentgate.workorder;

import java.time.Instant;
import java.util.Optional;

/**
 * The id of a work order: {@code wo_} and a ULID in Crockford's base 32, upper case. Ids sort by
 * their time of creation. The text is safe as a file name.
 *
 * @param value the whole id, prefix included
 * @see <a href="https://github.com/ulid/spec">The ULID specification</a>
 */
public record WorkOrderId(String value) implements Comparable<WorkOrderId> {
  private static final String PREFIX = "wo_";
  private static final UlidSequence SEQUENCE = new UlidSequence();

  /**
   * @throws IllegalArgumentException if {@code value} is not of the form
   */
  public WorkOrderId {
    if (!UlidText.follows(PREFIX, value)) {
      throw new IllegalArgumentException("Not a work order id");
    }
  }

  /**
   * A new id that sorts after every id that this process made or {@linkplain #follow follows}, even
   * if the clock was set back.
   */
  public static WorkOrderId next(Instant now) {
    return new WorkOrderId(PREFIX + SEQUENCE.next(now));
  }

  /** Lets every id that is made from now on sort after this one, which an earlier process made. */
  public static void follow(WorkOrderId earlier) {
    SEQUENCE.follow(earlier.value.substring(PREFIX.length()));
  }

  /** Reads an id from outside; empty if it is not of the form. */
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
