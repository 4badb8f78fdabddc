package dev.agentgate.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.workorder.RunId;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a store promises of its instances that several of them may share. */
public abstract class SharedInstancesContract extends SharedStoreFixture {
  @Test
  void instancesKnowEachOther() {
    InstanceStatus status =
        new InstanceStatus("1.2.3", Optional.of(URI.create("http://[fd00::1]:3001")), 4, 2, true);
    one.instances().announce(status);

    assertThat(two.instances().shared()).isTrue();
    assertThat(two.instances().all())
        .extracting(InstanceInfo::id)
        .containsSubsequence(one.instance(), two.instance());
    InstanceInfo seen = two.instances().find(one.instance()).orElseThrow();
    assertThat(seen.status()).isEqualTo(status);
    assertThat(seen.alive()).isTrue();
    assertThat(one.instances().find(two.instance()).orElseThrow().status())
        .isEqualTo(InstanceStatus.UNKNOWN);
  }

  @Test
  void aRunNamesTheInstanceThatClaimedIt() {
    RunId run = Claims.claimedBy(two, Duration.ofMinutes(1)).currentRun().orElseThrow();

    assertThat(one.runs().find(run).orElseThrow().instance()).contains(two.instance());
  }

  @Test
  void instancesHaveTheSameSecret() {
    assertThat(one.instances().secret()).isEqualTo(two.instances().secret());
  }
}
