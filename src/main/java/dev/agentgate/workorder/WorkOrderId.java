package dev.agentgate.workorder;

import com.github.f4b6a3.ulid.UlidCreator;
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

  /**
   * @throws IllegalArgumentException if {@code value} is not of the form
   */
  public WorkOrderId {
    if (!UlidText.follows(PREFIX, value)) {
      throw new IllegalArgumentException("Not a work order id");
    }
  }

  /**
   * A new id that sorts after every id this process made before for the same or an earlier time.
   */
  public static WorkOrderId next(Instant now) {
    return new WorkOrderId(PREFIX + UlidCreator.getMonotonicUlid(now.toEpochMilli()));
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
