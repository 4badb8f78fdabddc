package dev.agentgate.store.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.store.Claim;
import dev.agentgate.store.ClaimContract;
import dev.agentgate.store.Store;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileClaimTest extends ClaimContract {
  @TempDir private Path dir;

  @Override
  protected Store open() {
    return FileStore.open(dir, clock, QUEUE_ORDER, "today");
  }

  @Test
  void theFileOfAClaimedRunIsWrittenWithItsFirstNote() {
    inserted("a", 0, Duration.ZERO);
    RunId run = store.queue().claim(slots(1)).getFirst().runs().getLast();
    Path place = dir.resolve("runs").resolve(run.value());
    assertThat(place.toFile().list()).containsExactly("boot-today");
    Run claimed = store.runs().find(run).orElseThrow();

    store.runs().save(claimed.running(OptionalLong.of(7)));

    assertThat(place).isDirectoryContaining(file -> file.endsWith("run.json"));
    assertThat(store.runs().find(run)).contains(claimed.running(OptionalLong.of(7)));
  }

  @Test
  void requestedOrdersAreFoundAgainAfterARestartAndBehindOthers() {
    inserted("a", 9, Duration.ofMinutes(3));
    WorkOrder later = inserted("a", 0, Duration.ofMinutes(2));
    WorkOrder first = inserted("a", 0, Duration.ofMinutes(1));
    changed(later.expedite(clock.instant().minusSeconds(2)));
    changed(first.expedite(clock.instant().minusSeconds(1)));
    store.close();
    store = open();
    Claim requested = new Claim(9, 0, true, Optional.empty(), Duration.ofMinutes(1), _ -> true);

    assertThat(store.queue().claim(requested))
        .extracting(WorkOrder::id)
        .containsExactly(first.id(), later.id());
    assertThat(store.queue().claim(requested)).isEmpty();
  }

  @Test
  void aRunThatWasClaimedByAServiceThatThenDiedIsInItsOrder() {
    WorkOrder waiting = inserted("a", 0, Duration.ZERO);
    RunId run = store.queue().claim(slots(1)).getFirst().runs().getLast();
    Run claimed = store.runs().find(run).orElseThrow();
    store.close();

    store = open();

    assertThat(store.runs().ofOrder(waiting.id())).containsExactly(run);
    assertThat(store.runs().find(run)).contains(claimed);
    assertThat(dir.resolve("runs").resolve(run.value()).toFile().list())
        .containsExactly("boot-today");
  }
}
