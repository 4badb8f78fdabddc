package dev.agentgate.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutOfMemoryKillsTest {
  @TempDir Path directory;

  private Path vmstat(int kills) throws IOException {
    return Files.writeString(
        directory.resolve("vmstat"), "pgfault 12\noom_kill " + kills + "\noom_reaped 1\n");
  }

  @Test
  void theCountBeforeARunIsOldForAMomentOnly() throws Exception {
    OutOfMemoryKills kills = new OutOfMemoryKills(vmstat(5));
    assertThat(kills.countBefore()).isEqualTo(5);

    vmstat(6);

    assertThat(kills.count()).isEqualTo(6);
    assertThat(kills.countBefore()).isBetween(5L, 6L);
    await().until(() -> kills.countBefore() == 6);
  }

  @Test
  void aKernelThatDoesNotCountHasKilledNothing() {
    OutOfMemoryKills kills = new OutOfMemoryKills(directory.resolve("none"));
    assertThat(kills.countBefore()).isZero();
    assertThat(kills.count()).isZero();
  }
}
