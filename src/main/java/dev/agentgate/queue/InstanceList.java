package dev.agentgate.queue;

import dev.agentgate.store.InstanceInfo;
import dev.agentgate.store.InstanceStatus;
import dev.agentgate.store.Store;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** The instances of the service that share the store, and what this one tells the others. */
public final class InstanceList {
  private final Store store;
  private final Orders orders;
  private final RunSlots running;
  private final int slots;
  private final BooleanSupplier draining;

  private volatile String version = "";
  private volatile Optional<URI> address = Optional.empty();

  /**
   * @param slots the most orders that run here at the same time
   * @param draining whether the service is stopping
   */
  InstanceList(Store store, Orders orders, RunSlots running, int slots, BooleanSupplier draining) {
    this.store = store;
    this.orders = orders;
    this.running = running;
    this.slots = slots;
    this.draining = draining;
  }

  /**
   * Sets what the others are told of this instance besides its work. Call before {@link #announce}.
   *
   * @param itsAddress where the others reach it; empty: they cannot
   */
  public void introduce(String itsVersion, Optional<URI> itsAddress) {
    version = itsVersion;
    address = itsAddress;
  }

  /** Returns how this instance is now. */
  public InstanceStatus self() {
    return new InstanceStatus(version, address, slots, running.count(), draining.getAsBoolean());
  }

  /** Tells the other instances how this one is. Throws the exceptions of the store. */
  public void announce() {
    orders.announce(self());
  }

  /** Returns every instance, ordered by id. What it says of this one is current. */
  public List<InstanceInfo> all() {
    return store.instances().all().stream()
        .map(it -> it.id().equals(store.instance()) ? it.with(self()) : it)
        .toList();
  }

  /** Whether other instances may use the same store. The answer never changes. */
  public boolean shared() {
    return store.instances().shared();
  }
}
