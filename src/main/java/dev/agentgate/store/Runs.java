package dev.agentgate.store;

import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrderId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The records of runs in a {@link Store}, with the guarantees of the store. */
public interface Runs {

  /**
   * Writes a run that this instance runs, replacing an earlier version. A reader sees the old or
   * the new version, never a mix. Does nothing if other instances share the store and the run is
   * not, or no longer, the run of an order that this instance runs.
   */
  @Writes
  void save(Run run);

  /**
   * Changes the record of a run that is over, in one step.
   *
   * @param change returns the same run if nothing is to be written; may be called again
   * @return the run as it is then; empty if there is none, if another instance runs it, or if its
   *     pending publication is for another instance to complete
   */
  @Writes
  Optional<Run> change(RunId id, UnaryOperator<Run> change);

  /** Removes the record of a run; does nothing if there is none, or if another instance runs it. */
  @Writes
  void remove(RunId run);

  /** Returns the record of a run; empty if there is none or it is damaged. */
  Optional<Run> find(RunId id);

  /**
   * Returns the runs whose pending publication is for this instance to complete, in no order: its
   * own runs, and those that it has taken over. A run whose publication is complete may still be
   * among them.
   */
  List<RunId> unpublished();

  /**
   * Takes over the pending publications of instances that have not renewed their leases for some
   * time, if they can be completed without these instances. The former publisher can change nothing
   * then.
   *
   * @param silence how long; after a day, all others are taken over as well
   */
  @Writes
  default void takeUnpublished(Duration silence) {}

  /** Returns the runs that an order keeps, oldest first; none if there is no such order. */
  List<RunId> ofOrder(WorkOrderId id);

  /**
   * Whether a run that no order names may belong to an order that the store keeps but cannot read.
   * The files of such a run must not be removed: they are needed once a person has repaired the
   * order.
   */
  boolean mayBelongToUnreadableOrder(RunId run);
}
