package dev.agentgate.store.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.store.InstancesContract;
import dev.agentgate.store.Store;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileInstancesTest extends InstancesContract {
  @TempDir private Path dir;

  @Override
  protected Store open() {
    return FileStore.open(dir, clock);
  }

  @Test
  void theDirectoryBelongsToOneInstanceThatIsAlwaysAlive() {
    clock.advance(Duration.ofDays(1));
    Instant now = clock.instant();

    assertThat(store.instances().shared()).isFalse();
    assertThat(store.instances().all())
        .singleElement()
        .satisfies(self -> {
          assertThat(self.alive()).isTrue();
          assertThat(self.lastSeen()).isAfterOrEqualTo(now);
        });
  }
}
