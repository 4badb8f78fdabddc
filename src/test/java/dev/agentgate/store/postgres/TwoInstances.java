package dev.agentgate.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.store.SharedStoreFixture;
import dev.agentgate.store.Store;
import dev.agentgate.workorder.InstanceId;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two instances with leases on a database of their own. */
abstract class TwoInstances extends SharedStoreFixture {
  static final Duration LEASE = Duration.ofMinutes(1);

  @RegisterExtension final FreshDatabase database = new FreshDatabase();

  @Override
  protected final Store open(InstanceId instance) {
    Store store = database.open(instance, clock, Optional.empty());
    renew(store);
    return store;
  }

  static void renew(Store store) {
    assertThat(store.queue().renew(Set.of(), LEASE)).isEmpty();
  }
}
