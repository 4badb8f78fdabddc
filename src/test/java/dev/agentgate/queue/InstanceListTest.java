package dev.agentgate.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.store.InstanceInfo;
import dev.agentgate.store.InstanceStatus;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstanceListTest {
  private static final Optional<URI> ADDRESS = Optional.of(URI.create("http://10.0.0.7:3001"));

  @TempDir private Path dir;
  private QueueFixture queue;

  @BeforeEach
  void open() {
    queue = new QueueFixture(dir, settings -> settings).open();
    queue.queue.instances().introduce("1.2.3", ADDRESS);
  }

  @AfterEach
  void close() {
    queue.close();
  }

  private InstanceStatus announced() {
    return queue.store.instances().find(queue.store.instance()).orElseThrow().status();
  }

  @Test
  void theListShowsThisInstanceAsItIsNowTheOthersSeeItAsItWasAnnounced() {
    queue.queue.instances().announce();
    queue.awaitRunning(queue.submit());

    InstanceStatus now = new InstanceStatus("1.2.3", ADDRESS, 2, 1, false);
    assertThat(queue.queue.instances().all()).extracting(InstanceInfo::status).containsExactly(now);
    assertThat(announced().running()).isZero();

    queue.queue.instances().announce();
    assertThat(announced()).isEqualTo(now);
  }

  @Test
  void anInstanceThatIsBeingStoppedIsDraining() {
    queue.service().beginStopping();

    assertThat(queue.queue.instances().self().draining()).isTrue();
  }
}
