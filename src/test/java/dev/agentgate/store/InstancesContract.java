package dev.agentgate.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.workorder.InstanceId;
import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What every store promises of its instances, as one of them sees it. */
public abstract class InstancesContract extends StoreFixture {
  private static final InstanceStatus STATUS =
      new InstanceStatus("1.2.3", Optional.of(URI.create("http://10.1.2.3:3001")), 4, 2, false);

  /** The entry of the instance that opened the store. */
  private InstanceInfo self() {
    return store.instances().find(store.instance()).orElseThrow();
  }

  @Test
  void anInstanceFindsItself() {
    assertThat(store.instances().all())
        .extracting(InstanceInfo::id)
        .containsExactly(store.instance());
    assertThat(self().id()).isEqualTo(store.instance());
    assertThat(self().alive()).isTrue();
    assertThat(self().lastSeen()).isAfterOrEqualTo(self().startedAt());
    assertThat(store.instances().find(new InstanceId("nobody"))).isEmpty();
  }

  @Test
  void theLastStatusThatWasAnnouncedCounts() {
    assertThat(self().status()).isEqualTo(InstanceStatus.UNKNOWN);

    store.instances().announce(STATUS);
    assertThat(self().status()).isEqualTo(STATUS);

    InstanceStatus draining = new InstanceStatus("1.2.4", Optional.empty(), 8, 0, true);
    store.instances().announce(draining);
    assertThat(self().status()).isEqualTo(draining);
    assertThat(store.instances().all()).hasSize(1);
  }

  @Test
  void aSecretCannotBeGuessedAndStaysTheSame() {
    assertThat(store.instances().secret()).hasSizeGreaterThanOrEqualTo(32);
    assertThat(store.instances().secret()).isEqualTo(store.instances().secret());
  }
}
