package dev.agentgate.store;

import dev.agentgate.workorder.InstanceId;
import java.util.List;
import java.util.Optional;

/** The instances of the service that share a {@link Store}, with the guarantees of the store. */
public interface Instances {

  /** Whether other instances may use the same data. The answer never changes. */
  boolean shared();

  /**
   * Tells the other instances the state of this one. It replaces what was announced before; it
   * renews no lease.
   */
  @Writes
  void announce(InstanceStatus self);

  /**
   * Returns every instance that is alive or still owns orders, ordered by id. This instance is
   * always among them.
   */
  List<InstanceInfo> all();

  /** Returns an instance that {@link #all} returns. */
  Optional<InstanceInfo> find(InstanceId id);

  /**
   * Returns the secret by which instances recognise each other's calls. It is the same for all
   * instances and the same after a restart of one of them. With a store that is not shared it is
   * known to nobody else. Only the first call may wait for the store.
   */
  String secret();
}
