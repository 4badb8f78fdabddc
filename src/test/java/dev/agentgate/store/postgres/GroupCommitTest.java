package dev.agentgate.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.agentgate.store.StoreUnansweredException;
import dev.agentgate.store.StoreUnavailableException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GroupCommitTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  /** The number whose write is held up; all others wait behind it. */
  private static final int FIRST = -1;

  /** Numbers from here on have half of the bytes that a batch may have. */
  private static final int LARGE = 1_000;

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<List<Integer>> batches = new CopyOnWriteArrayList<>();
  private final CountDownLatch firstBegan = new CountDownLatch(1);
  private final CountDownLatch firstGoesOn = new CountDownLatch(1);
  private final Set<Thread> writers = ConcurrentHashMap.newKeySet();

  @AfterEach
  void end() {
    firstGoesOn.countDown();
    threads.shutdownNow();
  }

  /** Makes a group commit whose batches are written by a step. */
  private GroupCommit<Integer, String> groups(Duration patience, Step step) {
    return new GroupCommit<>(
        Comparator.naturalOrder(),
        number -> number >= LARGE ? GroupCommit.MOST_BYTES / 2 : 1,
        batch -> {
          batches.add(List.copyOf(batch));
          if (batch.equals(List.of(FIRST))) {
            firstBegan.countDown();
            awaitOrFail(firstGoesOn);
          } else {
            step.write(batch);
          }
          return batch.stream().map(number -> "wrote " + number).toList();
        },
        patience);
  }

  private interface Step {
    void write(List<Integer> batch);
  }

  private static void awaitOrFail(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Begins to write {@link #FIRST}, and then the numbers, each on a thread that waits for it. */
  private List<Future<String>> writeBehindTheFirst(
      GroupCommit<Integer, String> groups, List<Integer> numbers) throws Exception {
    List<Future<String>> results = new ArrayList<>();
    results.add(threads.submit(() -> groups.write(FIRST)));
    firstBegan.await();
    for (int number : numbers) {
      results.add(
          threads.submit(() -> {
            writers.add(Thread.currentThread());
            return groups.write(number);
          }));
    }
    await()
        .untilAsserted(() ->
            assertThat(writers)
                .hasSameSizeAs(numbers)
                .allMatch(thread -> thread.getState() == Thread.State.TIMED_WAITING));
    return results;
  }

  @Test
  void aWriteThatIsAloneBeginsAtOnce() {
    GroupCommit<Integer, String> groups = groups(LONG, _ -> {});

    assertThat(groups.write(1)).isEqualTo("wrote 1");
    assertThat(groups.write(2)).isEqualTo("wrote 2");

    assertThat(batches).containsExactly(List.of(1), List.of(2));
  }

  @Test
  void whatHasWaitedIsWrittenTogetherAndInOrder() throws Exception {
    List<Future<String>> results =
        writeBehindTheFirst(groups(LONG, _ -> {}), List.of(3, 1, 4, 2, 5));

    firstGoesOn.countDown();

    assertThat(results)
        .extracting(Future::get)
        .containsExactly("wrote -1", "wrote 3", "wrote 1", "wrote 4", "wrote 2", "wrote 5");
    assertThat(batches).containsExactly(List.of(FIRST), List.of(1, 2, 3, 4, 5));
  }

  @Test
  void aBatchHasALargestSize() throws Exception {
    List<Integer> numbers = IntStream.range(0, 2 * GroupCommit.LARGEST_BATCH + 1).boxed().toList();
    List<Future<String>> results = writeBehindTheFirst(groups(LONG, _ -> {}), numbers);

    firstGoesOn.countDown();

    for (int number : numbers) {
      assertThat(results.get(number + 1).get()).isEqualTo("wrote " + number);
    }
    assertThat(batches)
        .extracting(List::size)
        .containsExactly(1, GroupCommit.LARGEST_BATCH, GroupCommit.LARGEST_BATCH, 1);
  }

  @Test
  void aBatchHasALargestNumberOfBytes() throws Exception {
    List<Future<String>> results =
        writeBehindTheFirst(
            groups(LONG, _ -> {}), List.of(LARGE, LARGE + 1, LARGE + 2, LARGE + 3, LARGE + 4));

    firstGoesOn.countDown();

    assertThat(results).extracting(Future::get).hasSize(6);
    assertThat(batches).extracting(List::size).containsExactlyInAnyOrder(1, 2, 2, 1);
  }

  @Test
  void whoWaitsForTheLockOfAnotherIsWrittenAlone() throws Exception {
    List<Future<String>> results =
        writeBehindTheFirst(
            groups(
                LONG,
                batch -> {
                  if (batch.size() > 1) {
                    throw new StoreUnavailableException(
                        "Locked.", new SQLException("canceled", "55P03"));
                  }
                }),
            List.of(1, 2));

    firstGoesOn.countDown();

    assertThat(results).extracting(Future::get).containsExactly("wrote -1", "wrote 1", "wrote 2");
  }

  /** Nobody knows what an error has interrupted. */
  @Test
  void anErrorEndsNoOtherThread() throws Exception {
    List<Future<String>> results =
        writeBehindTheFirst(
            groups(
                LONG,
                _ -> {
                  throw new AssertionError("out of memory");
                }),
            List.of(1, 2));

    firstGoesOn.countDown();

    for (Future<String> result : results.subList(1, 3)) {
      assertThat(result)
          .failsWithin(LONG)
          .withThrowableThat()
          .withRootCauseInstanceOf(AssertionError.class);
    }
    assertThat(batches).hasSize(2);
  }

  @Test
  void nobodyWaitsLongForABatchThatTakesLong() throws Exception {
    GroupCommit<Integer, String> groups = groups(Duration.ofMillis(5), _ -> {});
    Future<String> first = threads.submit(() -> groups.write(FIRST));
    firstBegan.await();

    assertThat(groups.write(1)).isEqualTo("wrote 1");

    assertThat(first.isDone()).isFalse();
    firstGoesOn.countDown();
    assertThat(first.get()).isEqualTo("wrote -1");
  }

  @Test
  void aValueThatTheDatabaseRefusesFailsOnlyTheThreadThatWritesIt() throws Exception {
    List<Future<String>> results =
        writeBehindTheFirst(
            groups(
                LONG,
                batch -> {
                  if (batch.contains(2)) {
                    throw new StoreUnavailableException(
                        "Refused.", new SQLException("index row too large", "54000"));
                  }
                }),
            List.of(1, 2, 3));

    firstGoesOn.countDown();

    assertThat(results.get(1).get()).isEqualTo("wrote 1");
    assertThat(results.get(2))
        .failsWithin(LONG)
        .withThrowableThat()
        .havingCause()
        .isInstanceOf(StoreUnavailableException.class)
        .withMessage("Refused.");
    assertThat(results.get(3).get()).isEqualTo("wrote 3");
  }

  @Test
  void aDefectFailsOnlyTheThreadThatMeetsIt() throws Exception {
    List<Future<String>> results =
        writeBehindTheFirst(
            groups(
                LONG,
                batch -> {
                  if (batch.contains(1)) {
                    throw new IllegalArgumentException("a defect");
                  }
                }),
            List.of(1, 2));

    firstGoesOn.countDown();

    assertThat(results.get(1))
        .failsWithin(LONG)
        .withThrowableThat()
        .withRootCauseInstanceOf(IllegalArgumentException.class);
    assertThat(results.get(2).get()).isEqualTo("wrote 2");
  }

  @Test
  void whatMayHaveBeenWrittenIsNotWrittenAgain() throws Exception {
    List<Future<String>> results =
        writeBehindTheFirst(
            groups(
                LONG,
                _ -> {
                  throw new StoreUnansweredException(
                      "No answer.", new SQLException("broken", "08006"));
                }),
            List.of(1, 2));

    firstGoesOn.countDown();

    for (Future<String> result : results.subList(1, 3)) {
      assertThat(result)
          .failsWithin(LONG)
          .withThrowableThat()
          .havingCause()
          .isInstanceOf(StoreUnansweredException.class)
          .withMessage("No answer.");
    }
    assertThat(batches).containsExactly(List.of(FIRST), List.of(1, 2));
  }

  @Test
  void anOutageIsToldToAllWithoutAnotherAttempt() throws Exception {
    List<Future<String>> results =
        writeBehindTheFirst(
            groups(
                LONG,
                _ -> {
                  throw new StoreUnavailableException(
                      "Full.", new SQLException("no space left", "53100"));
                }),
            List.of(1, 2));

    firstGoesOn.countDown();

    for (Future<String> result : results.subList(1, 3)) {
      assertThat(result).failsWithin(LONG).withThrowableThat().withMessageContaining("Full.");
    }
    assertThat(batches).hasSize(2);
  }

  /** It stops waiting, and the others do not fail because of it. */
  @Test
  void anInterruptedThreadWritesWithoutTheInterrupt() throws Exception {
    AtomicBoolean interruptedInside = new AtomicBoolean();
    AtomicBoolean interruptedAfter = new AtomicBoolean();
    GroupCommit<Integer, String> groups =
        groups(LONG, _ -> interruptedInside.set(Thread.currentThread().isInterrupted()));
    List<Future<String>> results = writeBehindTheFirst(groups, List.of(1));

    String own =
        threads
            .submit(() -> {
              Thread.currentThread().interrupt();
              String result = groups.write(2);
              interruptedAfter.set(Thread.currentThread().isInterrupted());
              return result;
            })
            .get();

    assertThat(own).isEqualTo("wrote 2");
    assertThat(results.get(1).get()).isEqualTo("wrote 1");
    assertThat(batches).containsExactly(List.of(FIRST), List.of(1, 2));
    assertThat(interruptedInside).isFalse();
    assertThat(interruptedAfter).isTrue();
  }
}
