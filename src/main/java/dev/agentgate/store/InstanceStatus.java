package dev.agentgate.store;

import java.net.URI;
import java.util.Optional;

/**
 * What an instance of the service announces about itself.
 *
 * @param version the version of the service; empty: it is not known
 * @param address where the other instances reach it; empty: they cannot
 * @param slots the most orders that it runs at the same time
 * @param running the orders that it is running
 * @param draining whether it starts nothing because it is being stopped
 */
public record InstanceStatus(
    String version, Optional<URI> address, int slots, int running, boolean draining) {
  /** The status of an instance that has announced nothing. */
  public static final InstanceStatus UNKNOWN =
      new InstanceStatus("", Optional.empty(), 0, 0, false);
}
