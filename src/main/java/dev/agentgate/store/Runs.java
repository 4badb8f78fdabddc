package dev.agentgate.store;

import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrderId;
import java.util.List;
import java.util.Optional;

/** The records of runs in a {@link Store}, with the guarantees of the store. */
public interface Runs {

  /**
   * Writes a run, replacing an earlier version. A reader sees the old or the new version, never a
   * mix.
   */
  @Writes
  void save(Run run);

  /** Removes the record of a run; does nothing if there is none. */
  @Writes
  void remove(RunId run);

  /** Returns the record of a run; empty if there is none or it is damaged. */
  Optional<Run> find(RunId id);

  /**
   * Returns the runs whose publication is pending, in no order. A run whose publication is complete
   * may still be among them.
   */
  List<RunId> unpublished();

  /** Returns the runs that an order keeps, oldest first; none if there is no such order. */
  List<RunId> ofOrder(WorkOrderId id);

  /**
   * Whether a run that no order names may belong to an order that the store keeps but cannot read.
   * The files of such a run must not be removed: they are needed once a person has repaired the
   * order.
   */
  boolean mayBelongToUnreadableOrder(RunId run);
}
