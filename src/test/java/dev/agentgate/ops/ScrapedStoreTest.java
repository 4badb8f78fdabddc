package dev.agentgate.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.agentgate.ops.ScrapedStore.Values;
import dev.agentgate.queue.QueueHealth;
import dev.agentgate.store.StatusCounts;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class ScrapedStoreTest {
  private static final Duration HANG = Duration.ofSeconds(30);

  private final AtomicInteger readings = new AtomicInteger();

  private ScrapedStore store(Supplier<Integer> seconds, Duration patience) {
    return new ScrapedStore(
        () -> {
          readings.incrementAndGet();
          return values(seconds.get());
        },
        patience);
  }

  private static Values values(int seconds) {
    QueueHealth health =
        new QueueHealth(
            new StatusCounts(0, 0, 0, 0, 0),
            1,
            Optional.empty(),
            Optional.empty(),
            HANG,
            List.of(),
            Set.of(),
            false,
            Instant.EPOCH);
    return new Values(health, Duration.ofSeconds(seconds), List.of(), Map.of(), Map.of());
  }

  private static double seconds(ScrapedStore store) {
    return store.value(values -> values.oldestWaiting().toSeconds());
  }

  @Test
  void theStoreIsReadOnceForEachScrapeAndNotForEachValue() {
    ScrapedStore store = store(readings::get, HANG);
    assertThat(seconds(store)).isNaN();

    store.refresh();
    assertThat(seconds(store)).isEqualTo(1);
    assertThat(seconds(store)).isEqualTo(1);
    store.refresh();
    assertThat(seconds(store)).isEqualTo(2);
    assertThat(readings).hasValue(2);
  }

  @Test
  void aStoreThatFailsHasNoValuesUntilItIsBack() {
    ScrapedStore store =
        store(
            () -> {
              if (readings.get() == 2) {
                throw new IllegalStateException("The database is out of reach");
              }
              return 7;
            },
            HANG);
    store.refresh();
    assertThat(seconds(store)).isEqualTo(7);
    store.refresh();
    assertThat(seconds(store)).isNaN();
    store.refresh();
    assertThat(seconds(store)).isEqualTo(7);
  }

  @Test
  void aStoreThatHangsIsReadByOneThreadHoweverOftenTheMetricsAreScraped() {
    CountDownLatch answered = new CountDownLatch(1);
    ScrapedStore store =
        store(
            () -> {
              awaitQuietly(answered);
              return 7;
            },
            Duration.ofMillis(10));
    for (int i = 0; i < 3; i++) {
      store.refresh();
      assertThat(seconds(store)).isNaN();
    }
    await().untilAsserted(() -> assertThat(readings).hasValue(1));
    answered.countDown();
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
