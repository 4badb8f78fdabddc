package dev.agentgate.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.agentgate.output.RunDirectories;
import dev.agentgate.output.RunFilesTransfer;
import dev.agentgate.store.InMemoryStore;
import dev.agentgate.store.SettableClock;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    return QueueFixture.named(name, dir, store, clock, Peers.NONE);
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
  void whatIsHereIsNotFetched() throws Exception {
    RunId run = endedThere("hello\n");
    await().until(() -> store.archive().has(run));
    Files.writeString(directories(there).of(run).outputLog(), "changed\n");

    assertThat(archiver.fetch(store.find(run).orElseThrow())).isFalse();

    assertThat(directories(there).of(run).outputLog()).hasContent("changed\n");
  }
}
