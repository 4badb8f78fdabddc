package dev.agentgate.workorder;

import com.github.f4b6a3.ulid.Ulid;
import java.time.Instant;
import java.util.Optional;

/** The id of a work order: {@code wo_} and a ULID. */
public final class WorkOrderId extends UlidId<WorkOrderId> {
  private static final String PREFIX = "wo_";
  private static final UlidSequence SEQUENCE = new UlidSequence();

  /**
   * @throws IllegalArgumentException if {@code value} does not have this form
   */
  public WorkOrderId(String value) {
    super(PREFIX, value);
  }

  /** Creates an id from the two halves of its ULID, {@link #most} and {@link #least}. */
  public WorkOrderId(long most, long least) {
    super(most, least);
  }

  private WorkOrderId(Ulid ulid) {
    super(ulid);
  }

  /**
   * Creates an id that sorts after every id that this process has created or {@linkplain #follow
   * followed}, even if the clock was set back.
   */
  public static WorkOrderId next(Instant now) {
    return new WorkOrderId(SEQUENCE.next(now));
  }

  /** Makes all ids created from now on sort after this one, which an earlier process created. */
  public static void follow(WorkOrderId earlier) {
    SEQUENCE.follow(earlier.ulid());
  }

  /** Parses an id from outside; returns empty if it does not have the form of an id. */
  public static Optional<WorkOrderId> parse(String text) {
    return UlidText.follows(PREFIX, text) ? Optional.of(new WorkOrderId(text)) : Optional.empty();
  }

  @Override
  String prefix() {
    return PREFIX;
  }
}
