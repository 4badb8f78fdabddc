package dev.agentgate.store;

import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrderId;
import java.util.List;
import java.util.Optional;

/** The records of runs in a {@link Store}, whose promises hold here. */
public interface Runs {

  /** Writes a run, replacing what was there. A reader sees the old or the new one, never a mix. */
  @Writes
  void save(Run run);

  /** Removes the record of a run; does nothing if there is none. */
  @Writes
  void remove(RunId run);

  /** The record of a run; empty if there is none, or none that can be read. */
  Optional<Run> find(RunId id);

  /** The runs that an order keeps, oldest first; none if there is no such order. */
  List<RunId> ofOrder(WorkOrderId id);

  /**
   * Whether a run that no order names may belong to one that the store keeps but cannot read. What
   * belongs to such a run must not be removed: once a person has repaired its order, it is needed.
   */
  boolean mayBelongToUnreadableOrder(RunId run);
}
