package dev.agentgate.workorder;

import com.github.f4b6a3.ulid.Ulid;
import java.time.Instant;
import java.util.Optional;

/** The id of a run: {@code run_} and a ULID. */
public final class RunId extends UlidId<RunId> {
  private static final String PREFIX = "run_";
  private static final UlidSequence SEQUENCE = new UlidSequence();

  /**
   * @throws IllegalArgumentException if {@code value} does not have this form
   */
  public RunId(String value) {
    super(PREFIX, value);
  }

  /** Creates an id from the two halves of its ULID, {@link #most} and {@link #least}. */
  public RunId(long most, long least) {
    super(most, least);
  }

  private RunId(Ulid ulid) {
    super(ulid);
  }

  /**
   * Creates an id that sorts after every id that this process has created or {@linkplain #follow
   * followed}, even if the clock was set back.
   */
  public static RunId next(Instant now) {
    return new RunId(SEQUENCE.next(now));
  }

  /** Returns the smallest id that a run of this moment can have. */
  public static RunId firstOf(Instant moment) {
    return new RunId(UlidSequence.firstOf(moment));
  }

  /** Makes all ids created from now on sort after this one, which an earlier process created. */
  public static void follow(RunId earlier) {
    SEQUENCE.follow(earlier.ulid());
  }

  /** Parses an id from outside; returns empty if it does not have the form of an id. */
  public static Optional<RunId> parse(String text) {
    return UlidText.follows(PREFIX, text) ? Optional.of(new RunId(text)) : Optional.empty();
  }

  @Override
  String prefix() {
    return PREFIX;
  }
}
