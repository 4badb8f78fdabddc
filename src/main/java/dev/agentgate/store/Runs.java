package dev.agentgate.store;

import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrderId;
import java.time.Duration;
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
   * time, if they can be completed without these instances. Later writes of the former publisher
   * change nothing while the publication is pending.
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
