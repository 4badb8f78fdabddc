package dev.agentgate.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.agentgate.output.RunDirectories;
import dev.agentgate.output.RunFiles;
import dev.agentgate.output.RunFilesTransfer;
import dev.agentgate.output.RunLogFile;
import dev.agentgate.store.InMemoryStore;
import dev.agentgate.store.SettableClock;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderStatus;
import dev.agentgate.workorder.WorkOrders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunArchiverTest {
  private static final long MOST = 1000;

  @TempDir private Path dir;

  private final SettableClock clock = new SettableClock();
  private final InMemoryStore store = new InMemoryStore(clock);
  private QueueFixture here;
  private QueueFixture there;
  private RunArchiver archiver;

  @BeforeEach
  void open() {
    here = fixture("here");
    there = fixture("there").open();
    archiver = archiver(there);
    there.queue.orders().register(archiver);
  }

  private QueueFixture fixture(String name) {
    return QueueFixture.named(name, dir, store, clock, QueueFixture.NO_PEERS);
  }

  private static RunDirectories directories(QueueFixture of) {
    return new RunDirectories(of.directory.resolve("runs"));
  }

  private static RunArchiver archiver(QueueFixture of) {
    return of.queue.archiver(new RunFilesTransfer(directories(of)), MOST);
  }

  @AfterEach
  void close() {
    archiver.close();
    there.close();
    here.close();
  }

  /** A run that wrote a log and is over. */
  private RunId endedThere(String log) throws IOException {
    WorkOrderId order = there.submit();
    RunId run = there.awaitRunning(order);
    Files.writeString(directories(there).create(run).outputLog(), log);
    there.executor.exit(run, 0);
    there.awaitStatus(order, WorkOrderStatus.COMPLETED);
    return run;
  }

  @Test
  void theLogOfARunIsFetchedByAnotherInstanceOnceItIsOver() throws Exception {
    RunId run = endedThere("hello\n");
    await().until(() -> store.archive().has(run));

    assertThat(archiver(here).fetch(store.find(run).orElseThrow())).isTrue();

    assertThat(directories(here).of(run).outputLog()).hasContent("hello\n");
  }

  @Test
  void anotherInstanceKnowsHowLongTheLogIsAndWhenItWasLastWritten() throws Exception {
    RunId run = endedThere("hello\n");
    WorkOrderId order = store.find(run).orElseThrow().workOrderId();

    assertThat(here.service().run(run).logBytes()).isEqualTo(6);
    assertThat(here.service().get(order).lastActivityAt())
        .isPresent()
        .isEqualTo(there.service().get(order).lastActivityAt());
  }

  @Test
  void aRunThatIsTooLargeStaysWhereItIs() throws Exception {
    RunId run = endedThere("x".repeat(1001));

    archiver.archive(run);

    assertThat(store.archive().has(run)).isFalse();
  }

  @Test
  void whatAnEarlierProcessDidNotArchiveIsArchivedByTheNext() throws Exception {
    archiver.close();
    RunId run = endedThere("hello\n");
    assertThat(store.archive().has(run)).isFalse();

    try (RunArchiver next = archiver(there)) {
      next.open();
      await().until(() -> store.archive().has(run));
    }
  }

  @Test
  void whatWasLeftIsArchivedEvenIfTheStoreIsNotAvailableAtFirst() throws Exception {
    archiver.close();
    RunId run = endedThere("hello\n");

    there.store.failReadsOfRuns(2);
    try (RunArchiver next =
        new RunArchiver(
            there.store,
            there.queue.orders(),
            new RunFiles(
                directories(there), () -> 0, id -> new RunLogFile(directories(there).of(id))),
            new RunFilesTransfer(directories(there)),
            MOST,
            Duration.ofMillis(1))) {
      next.open();
      await().until(() -> store.archive().has(run));
    }
  }

  @Test
  void onlyTheInstanceThatHasTheFilesOfARunArchivesThem() throws Exception {
    RunId run = endedThere("hello\n");
    await().until(() -> store.archive().has(run));

    here.store.archive().put(run, sink -> {});

    assertThat(store.archive().has(run)).isTrue();
  }

  @Test
  void thereAreNotManyCopiesThatNobodyUses() throws Exception {
    AtomicLong now = new AtomicLong();
    Set<RunId> removed = new HashSet<>();
    List<RunId> runs = new ArrayList<>();
    for (int i = 0; i < FetchedCopies.MOST + 2; i++) {
      runs.add(WorkOrders.run());
    }
    FetchedCopies copies = new FetchedCopies(removed::add, now::get);
    copies.found(runs.subList(0, 2));
    runs.subList(2, FetchedCopies.MOST + 1).forEach(copies::fetched);
    assertThat(removed).as("all may still be in use").isEmpty();

    copies.asked(runs.getFirst());
    now.addAndGet(FetchedCopies.IN_USE.toNanos());
    copies.fetched(runs.getLast());

    assertThat(removed).containsExactlyInAnyOrder(runs.get(1), runs.get(2));
  }

  @Test
  void whatIsHereIsNotFetched() throws Exception {
    RunId run = endedThere("hello\n");
    await().until(() -> store.archive().has(run));
    Files.writeString(directories(there).of(run).outputLog(), "changed\n");

    assertThat(archiver.fetch(store.find(run).orElseThrow())).isFalse();

    assertThat(directories(there).of(run).outputLog()).hasContent("changed\n");
  }
}
