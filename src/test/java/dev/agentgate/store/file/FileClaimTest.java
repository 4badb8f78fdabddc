package dev.agentgate.store.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.store.ClaimContract;
import dev.agentgate.store.Store;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileClaimTest extends ClaimContract {
  @TempDir private Path dir;

  @Override
  protected Store open() {
    return FileStore.open(dir, clock, QUEUE_ORDER);
  }

  @Test
  void theFileOfAClaimedRunIsWrittenWithItsFirstNote() {
    inserted("a", 0, Duration.ZERO);
    RunId run = store.queue().claim(slots(1)).getFirst().runs().getLast();
    Path place = dir.resolve("runs").resolve(run.value());
    assertThat(place).isEmptyDirectory();
    Run claimed = store.runs().find(run).orElseThrow();

    store.runs().save(claimed.running(OptionalLong.of(7)));

    assertThat(place).isDirectoryContaining(file -> file.endsWith("run.json"));
    assertThat(store.runs().find(run)).contains(claimed.running(OptionalLong.of(7)));
  }

  @Test
  void aRunThatWasClaimedByAServiceThatThenDiedHasItsPlaceAndNoRecord() {
    WorkOrder waiting = inserted("a", 0, Duration.ZERO);
    RunId run = store.queue().claim(slots(1)).getFirst().runs().getLast();
    store.close();

    store = open();

    assertThat(store.runs().ofOrder(waiting.id())).containsExactly(run);
    assertThat(store.runs().find(run)).isEmpty();
    assertThat(dir.resolve("runs").resolve(run.value())).isEmptyDirectory();
  }
}
