package dev.agentgate.store.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.agentgate.store.StoreContract;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.store.WorkOrderFilter;
import dev.agentgate.store.WorkOrderPage;
import dev.agentgate.workorder.EndCause;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunOutcome;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderStatus;
import dev.agentgate.workorder.WorkOrders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileStoreTest extends StoreContract {
  private static final Clock CLOCK = Clock.systemUTC();

  @TempDir private Path dir;
  private final FaultyDisk disk = new FaultyDisk();
  private long segmentSize = FileStore.SEGMENT_SIZE;

  @Override
  protected FileStore open() {
    return FileStore.open(dir, CLOCK, disk, segmentSize);
  }

  private FileStore files() {
    return (FileStore) store;
  }

  private Path file(WorkOrder order) {
    return dir.resolve("work-orders").resolve(order.id() + ".json");
  }

  private Path quarantined(String name) {
    return dir.resolve("work-orders/.quarantine").resolve(name);
  }

  private List<String> names(String directory) throws IOException {
    try (Stream<Path> entries = Files.list(dir.resolve(directory))) {
      return entries.map(entry -> String.valueOf(entry.getFileName())).sorted().toList();
    }
  }

  @Nested
  class Opening {
    @Test
    void whatFinishedInTheFutureCountsAsFinishedWhenTheStoreWasOpened() {
      WorkOrder order = WorkOrders.queued();
      store.workOrders().insert(order);
      Instant ahead = CLOCK.instant().plus(Duration.ofHours(2));
      assertThat(store.workOrders().update(order.cancel(ahead))).isTrue();
      Set<WorkOrderStatus> cancelled = Set.of(WorkOrderStatus.CANCELLED);
      assertThat(store.workOrders().terminalBefore(cancelled, CLOCK.instant(), 9)).isEmpty();

      store.close();
      store = open();

      assertThat(store.workOrders().terminalBefore(cancelled, CLOCK.instant().plusMillis(1), 9))
          .containsExactly(order.id());
      assertThat(store.workOrders().find(order.id()))
          .as("the order itself is as it was")
          .isPresent();
    }

    @Test
    void aSecondOpenIsRefusedAndDoesNotHarmTheFirst() {
      assertThatThrownBy(FileStoreTest.this::open)
          .isInstanceOf(DataDirectoryLockedException.class)
          .hasMessageContaining("agentgate.data-dir");

      assertThat(store.workOrders().insert(WorkOrders.queued())).isEmpty();
      assertThatThrownBy(FileStoreTest.this::open).isInstanceOf(DataDirectoryLockedException.class);
    }

    @Test
    void aDirectoryThatCannotBeUsedIsRefused() throws Exception {
      Path file = Files.writeString(dir.resolve("plain-file"), "x");

      assertThatThrownBy(() -> FileStore.open(file, CLOCK))
          .isInstanceOf(StoreUnavailableException.class)
          .hasMessageContaining("agentgate.data-dir")
          .hasMessageNotContaining(dir.toString());
    }

    @Test
    void aFileThatCannotBeLookedAtIsNotTakenForMissing() throws Exception {
      store.close();
      Path pauses = dir.resolve("agent-pauses.json");
      // A link to itself.
      Files.createSymbolicLink(pauses, pauses.getFileName());

      assertThatThrownBy(FileStoreTest.this::open).isInstanceOf(StoreUnavailableException.class);
    }

    @Test
    void leftoverFilesAsideAreRemovedAndTheQuarantineIsMadeAgain() throws Exception {
      store.close();
      Files.writeString(dir.resolve("work-orders/.wo_x.json.tmp"), "half");
      Files.delete(dir.resolve("work-orders/.quarantine"));
      store = open();

      assertThat(names("work-orders")).containsExactly(".quarantine");
    }
  }

  @Nested
  class Lists {
    @Test
    void aListShowsEachOrderAsItIsHoweverOftenItIsRead() throws Exception {
      WorkOrder order = WorkOrders.queued();
      store.workOrders().insert(order);
      await().until(() -> Files.exists(file(order)));
      for (int i = 0; i < 3; i++) {
        assertThat(store.workOrders().findListed(order.id())).contains(order);
      }
      WorkOrder cancelled = order.cancel(WorkOrders.NOW);
      assertThat(store.workOrders().update(cancelled)).isTrue();
      assertThat(store.workOrders().findListed(order.id())).contains(cancelled);
      await().until(() -> Files.readString(file(order)).contains("\"status\": \"cancelled\""));
      for (int i = 0; i < 3; i++) {
        assertThat(store.workOrders().findListed(order.id())).contains(cancelled);
      }

      Files.writeString(file(order), "{ damaged while the store is open");
      assertThat(store.workOrders().findListed(order.id())).isEmpty();

      assertThat(store.workOrders().remove(cancelled)).isTrue();
      assertThat(store.workOrders().findListed(order.id())).isEmpty();
    }

    @Test
    void aListOfMoreOrdersThanAreKeptIsRight() {
      List<WorkOrder> orders = insertMany(600);
      await().until(() -> names("work-orders").size() > orders.size());
      for (int round = 0; round < 2; round++) {
        for (WorkOrder order : orders) {
          assertThat(store.workOrders().findListed(order.id())).contains(order);
        }
      }
    }

    @Test
    void aFileThatVanishedIsNamedAndLeftOutOfLists() throws Exception {
      List<WorkOrder> orders = insertMany(3);
      WorkOrderId gone = orders.get(1).id();
      reopen();
      Files.delete(file(orders.get(1)));

      assertThatThrownBy(() -> store.workOrders().find(gone))
          .isInstanceOf(StoreUnavailableException.class)
          .hasMessageContaining(gone.value());
      assertThat(WorkOrderPage.of(store, WorkOrderFilter.ALL, Optional.empty(), 10).items())
          .containsExactly(orders.get(2), orders.get(0));
    }
  }

  /** Orders that are added together. */
  @Nested
  class Batches {
    @Test
    void ordersAddedTogetherCostOneSync() {
      store.workOrders().insert(WorkOrders.queued());
      int before = disk.syncs.get();

      store.workOrders().insertAll(Stream.generate(WorkOrders::queued).limit(1_000).toList());

      assertThat(disk.syncs.get() - before).isEqualTo(1);
      assertThat(store.workOrders().counts().queued()).isEqualTo(1_001);
    }

    @Test
    void ofOrdersAddedTogetherNoneIsThereIfTheyCannotBeWritten() {
      List<WorkOrder> orders = Stream.generate(WorkOrders::queued).limit(100).toList();
      store.workOrders().insert(WorkOrders.queued());
      disk.full = true;
      assertThatThrownBy(() -> store.workOrders().insertAll(orders))
          .isInstanceOf(StoreUnavailableException.class);
      disk.full = false;
      assertThat(store.workOrders().counts().total()).isEqualTo(1);

      store.close();
      store = open();

      assertThat(store.workOrders().counts().total()).isEqualTo(1);
      assertThat(store.workOrders().insertAll(orders)).containsOnly(Optional.empty());
    }

    @Test
    void aBatchThatIsLargerThanASegmentIsThereAfterAReopen() {
      segmentSize = 10_000;
      store.close();
      store = open();
      List<WorkOrder> orders = Stream.generate(WorkOrders::queued).limit(200).toList();
      store.workOrders().insertAll(orders);
      store.workOrders().insert(WorkOrders.queued());

      store.close();
      store = open();

      assertThat(store.workOrders().counts().total()).isEqualTo(201);
      assertThat(store.workOrders().find(orders.getLast().id())).contains(orders.getLast());
    }
  }

  @Nested
  class OnDisk {
    @Test
    void anOrdersFileFollowsItsChangeAndIsForPeople() throws Exception {
      WorkOrder order = WorkOrders.queued();
      store.workOrders().insert(order);
      await().until(() -> Files.exists(file(order)));
      WorkOrder running = order.start(WorkOrders.run(), WorkOrders.NOW, WorkOrders.LEASE);
      store.workOrders().update(running);
      await().until(() -> Files.readString(file(order)).contains("\"status\": \"running\""));

      assertThat(Files.readString(file(order)))
          .contains("\n  \"taskPrompt\": \"Fix the login bug\",\n")
          .contains("\"schemaVersion\": 1", "\"revision\": 2", "2026-03-01T10:00:00.123456789Z");
      assertThat(store.workOrders().find(order.id())).contains(running);
    }

    @Test
    void aRunsFileIsInItsDirectory() {
      Run run = Run.preparing(WorkOrders.run(), WorkOrders.queued().id(), 1, WorkOrders.NOW);
      store.runs().save(run);

      assertThat(dir.resolve("runs").resolve(run.id().value()))
          .isDirectoryContaining(file -> file.endsWith("run.json"));
    }

    @Test
    void aRequestToEndThatAnEarlierVersionNotedBesideTheRecordCounts() throws Exception {
      Run run = Run.preparing(WorkOrders.run(), WorkOrders.queued().id(), 1, WorkOrders.NOW);
      store.runs().save(run);
      Path noted = dir.resolve("runs").resolve(run.id().value()).resolve("end-requested");
      Files.writeString(noted, "IDLE_TIMEOUT");
      assertThat(store.runs().find(run.id())).hasValue(run.endRequested(EndCause.IDLE_TIMEOUT));

      store.runs().save(run.endRequested(EndCause.KILL));
      assertThat(store.runs().find(run.id())).hasValue(run.endRequested(EndCause.KILL));

      Run over = run.ended(new RunOutcome.Completed(WorkOrders.NOW, Optional.empty()));
      store.runs().save(over);
      assertThat(store.runs().find(run.id())).hasValue(over);
    }

    @Test
    void nothingIsLeftInTheJournalNorAsideAfterAClose() throws Exception {
      insertMany(50);
      store.queue().setPaused(true);
      store.close();

      assertThat(names("journal")).isEmpty();
      assertThat(names("work-orders")).hasSize(51).noneMatch(name -> name.endsWith(".tmp"));
      assertThat(Files.readString(dir.resolve("queue.json"))).contains("\"paused\": true");
    }

    @Test
    void theFileIsGoneWhenARemovalReturns() throws Exception {
      for (WorkOrder order : insertMany(200)) {
        assertThat(store.workOrders().remove(order)).isTrue();
        assertThat(file(order)).doesNotExist();
      }
      store.close();
      assertThat(names("work-orders")).containsExactly(".quarantine");
    }

    /** Its file is written a second after it was added, and it is removed before. */
    @Test
    void anOrderThatIsBeingRemovedIsThereOrGone() throws Exception {
      List<WorkOrder> orders = insertMany(100);
      Callable<Integer> removal =
          () -> {
            for (WorkOrder order : orders) {
              assertThat(store.workOrders().remove(order)).isTrue();
            }
            return 0;
          };
      Callable<Integer> reader =
          () -> {
            int looks = 0;
            for (WorkOrder order : orders) {
              while (store.workOrders().find(order.id()).isPresent()) {
                looks++;
              }
            }
            return looks;
          };

      assertThat(concurrently(List.of(removal, reader, reader))).hasSize(3);
    }

    @Test
    void theJournalIsDroppedSegmentBySegment() throws Exception {
      store.close();
      segmentSize = 4_096;
      store = open();
      List<WorkOrder> orders = insertMany(200);
      await()
          .untilAsserted(() -> {
            store.workOrders().insert(WorkOrders.queued());
            assertThat(names("journal")).hasSizeLessThan(15);
          });
      reopen();

      assertThat(orders)
          .allMatch(order -> store.workOrders().find(order.id()).equals(Optional.of(order)));
    }
  }

  @Nested
  class Quarantine {
    @Test
    void aMalformedFileGoesToQuarantineAndTheValidOnesStay() throws Exception {
      WorkOrder valid = WorkOrders.queued();
      WorkOrder broken = WorkOrders.queued();
      store.workOrders().insert(valid);
      store.workOrders().insert(broken);
      store.close();
      Files.writeString(file(broken), "{\"id\": ");
      store = open();

      assertThat(store.workOrders().find(valid.id())).contains(valid);
      assertThat(store.workOrders().find(broken.id())).isEmpty();
      assertThat(store.workOrders().counts().total()).isEqualTo(1);
      assertThat(files().quarantinedFiles()).isEqualTo(1);
      assertThat(quarantined(broken.id() + ".json")).hasContent("{\"id\": ");
      assertThat(quarantined(broken.id() + ".json.reason.txt"))
          .content()
          .contains("malformed JSON");
      assertThat(file(broken)).doesNotExist();
    }

    @Test
    void quarantineNeverOverwritesWhatIsThere() throws Exception {
      WorkOrder order = WorkOrders.queued();
      for (String content : List.of("first", "second", "third")) {
        store.close();
        Files.writeString(file(order), content);
        store = open();
      }

      assertThat(quarantined(order.id() + ".json")).hasContent("first");
      assertThat(quarantined(order.id() + ".json.1")).hasContent("second");
      assertThat(quarantined(order.id() + ".json.2")).hasContent("third");
      assertThat(quarantined(order.id() + ".json.2.reason.txt")).exists();
      assertThat(files().quarantinedFiles()).isEqualTo(3);
      Run itsRun = Run.preparing(WorkOrders.run(), order.id(), 1, WorkOrders.NOW);
      Run another = Run.preparing(WorkOrders.run(), WorkOrders.queued().id(), 1, WorkOrders.NOW);
      store.runs().save(itsRun);
      store.runs().save(another);
      assertThat(store.runs().mayBelongToUnreadableOrder(itsRun.id())).isTrue();
      assertThat(store.runs().mayBelongToUnreadableOrder(another.id())).isFalse();
      assertThat(store.runs().mayBelongToUnreadableOrder(WorkOrders.run())).isTrue();
      Files.writeString(quarantined("copy of an order.json"), "fourth");
      assertThat(store.runs().mayBelongToUnreadableOrder(another.id())).isTrue();
    }

    @Test
    void aFileUnderAnotherNameThanItsIdGoesToQuarantine() throws Exception {
      WorkOrder order = WorkOrders.queued();
      store.workOrders().insert(order);
      store.close();
      Files.move(file(order), file(WorkOrders.queued()).resolveSibling("copy.json"));
      Files.createDirectory(dir.resolve("work-orders/directory.json"));
      store = open();

      assertThat(store.workOrders().counts().total()).isZero();
      assertThat(quarantined("copy.json")).exists();
      assertThat(quarantined("copy.json.reason.txt")).content().contains("its name is not its id");
      assertThat(quarantined("directory.json")).isDirectory();
    }
  }

  /** A disk that is full or fails. */
  @Nested
  class Faults {
    @Test
    void aFullDiskRefusesTheChangeAndTakesTheNextOnceThereIsSpace() throws Exception {
      WorkOrder before = WorkOrders.queued();
      WorkOrder refused = WorkOrders.withKey("k");
      WorkOrder after = WorkOrders.withKey("k");
      store.workOrders().insert(before);
      disk.full = true;

      assertThatThrownBy(() -> store.workOrders().insert(refused))
          .isInstanceOf(StoreUnavailableException.class)
          .hasMessageContaining("No space left");
      assertThatThrownBy(() -> store.workOrders().update(before.cancel(WorkOrders.NOW)))
          .isInstanceOf(StoreUnavailableException.class);
      assertThatThrownBy(() -> store.workOrders().remove(before))
          .isInstanceOf(StoreUnavailableException.class);
      assertThat(store.health().failure()).isPresent();
      assertThat(files().isStopped()).isFalse();
      assertThat(store.workOrders().find(refused.id())).isEmpty();
      assertThat(store.workOrders().find(before.id())).contains(before);

      disk.full = false;
      assertThat(store.workOrders().insert(after)).isEmpty();
      assertThat(store.health().failure()).isEmpty();
      reopen();
      assertThat(store.workOrders().ids())
          .toIterable()
          .containsExactlyInAnyOrder(before.id(), after.id());
    }

    @Test
    void aFullDiskAtTheVeryFirstWriteIsStoodAsWell() {
      disk.full = true;
      assertThatThrownBy(() -> store.workOrders().insert(WorkOrders.queued()))
          .isInstanceOf(StoreUnavailableException.class);
      disk.full = false;

      assertThat(store.workOrders().insert(WorkOrders.queued())).isEmpty();
    }

    @Test
    void thatTheDiskHasRoomAgainIsNoticedWithoutAWrite() throws IOException {
      disk.full = true;
      assertThatThrownBy(() -> store.workOrders().insert(WorkOrders.queued()))
          .isInstanceOf(StoreUnavailableException.class);
      assertThat(store.health().failure()).isPresent();

      disk.full = false;
      await().atMost(Duration.ofMinutes(1)).until(() -> store.health().failure().isEmpty());
      assertThat(names("journal")).doesNotContain("probe");
    }

    @Test
    void aFailedSyncStopsTheStoreForGood() {
      WorkOrder before = WorkOrders.queued();
      store.workOrders().insert(before);
      disk.failsToSync = true;
      WorkOrder refused = WorkOrders.queued();

      assertThatThrownBy(() -> store.workOrders().insert(refused))
          .isInstanceOf(StoreUnavailableException.class);
      disk.failsToSync = false;
      assertThatThrownBy(() -> store.workOrders().insert(WorkOrders.queued()))
          .isInstanceOf(StoreUnavailableException.class)
          .hasMessageContaining("restart");
      assertThatThrownBy(() -> store.queue().setPaused(true))
          .isInstanceOf(StoreUnavailableException.class);

      assertThat(store.health().failure()).isPresent();
      assertThat(files().isStopped()).isTrue();
      assertThat(store.workOrders().find(refused.id())).isEmpty();
      assertThat(store.workOrders().find(before.id())).contains(before);

      store.close();
      store = open();
      assertThat(store.workOrders().find(before.id())).contains(before);
      assertThat(files().isStopped()).isFalse();
    }

    @Test
    void aFileThatCannotBeWrittenIsReportedAndWrittenLater() throws Exception {
      WorkOrder order = WorkOrders.queued();
      Path obstacle = dir.resolve("work-orders/." + order.id() + ".json.tmp/x");
      Files.createDirectories(obstacle);
      store.workOrders().insert(order);
      await().until(() -> store.health().failure().isPresent());

      assertThat(store.health().failure()).get().asString().contains("Is a directory");
      assertThat(store.workOrders().find(order.id())).contains(order);
      assertThat(files().isStopped()).isFalse();
      assertThat(store.workOrders().insert(WorkOrders.queued())).isEmpty();

      Files.delete(obstacle);
      Files.deleteIfExists(obstacle.getParent());
      await().until(() -> Files.exists(file(order)) && store.health().failure().isEmpty());
    }

    @Test
    void whatCannotBeWrittenAtTheCloseStaysInTheJournal() throws Exception {
      WorkOrder order = WorkOrders.queued();
      Path obstacle = dir.resolve("work-orders/." + order.id() + ".json.tmp/x");
      Files.createDirectories(obstacle);
      store.workOrders().insert(order);
      store.close();
      assertThat(file(order)).doesNotExist();
      Files.delete(obstacle);
      store = open();

      assertThat(store.workOrders().find(order.id())).contains(order);
      await().until(() -> Files.exists(file(order)));
    }

    @Test
    void anInterruptedWriterHarmsNobody() throws Exception {
      List<Callable<WorkOrder>> writers = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        writers.add(() -> {
          WorkOrder order = WorkOrders.queued();
          Thread.currentThread().interrupt();
          store.workOrders().insert(order);
          assertThat(Thread.interrupted()).isTrue();
          return order;
        });
      }
      List<WorkOrder> written = concurrently(writers);
      Thread.currentThread().interrupt();
      assertThat(WorkOrderPage.of(store, WorkOrderFilter.ALL, Optional.empty(), 100).items())
          .hasSize(64);
      assertThat(Thread.interrupted()).isTrue();
      reopen();

      assertThat(written).allMatch(order -> store.workOrders().find(order.id()).isPresent());
    }
  }

  /** A directory that somebody moves while the store is open. */
  @Nested
  class Moves {
    private Path elsewhere() {
      return dir.resolveSibling(dir.getFileName() + "-moved");
    }

    private static void move(Path from, Path to) {
      try {
        Files.move(from, to);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private void assertRefusedForItsPlace(WorkOrder order) {
      assertThatThrownBy(() -> store.workOrders().insert(order))
          .isInstanceOf(StoreUnavailableException.class)
          .hasMessage(ConfiguredDirectory.GONE);
    }

    @Test
    void aDirectoryThatWasMovedTakesNoWriteUntilItIsBack() {
      WorkOrder before = WorkOrders.queued();
      store.workOrders().insert(before);
      move(dir, elsewhere());
      assertThat(store.health().failure()).contains(ConfiguredDirectory.GONE);
      assertRefusedForItsPlace(WorkOrders.queued());
      assertThatThrownBy(() -> store.queue().setPaused(true))
          .isInstanceOf(StoreUnavailableException.class);
      Instant now = CLOCK.instant();
      Run run = Run.preparing(RunId.next(now), before.id(), 1, now);
      assertThatThrownBy(() -> store.runs().save(run))
          .isInstanceOf(StoreUnavailableException.class);
      assertThatThrownBy(() -> store.agentPauses().set("shell", Optional.empty()))
          .isInstanceOf(StoreUnavailableException.class)
          .hasMessage(ConfiguredDirectory.GONE);
      assertThat(files().isStopped()).isFalse();
      assertThat(dir).doesNotExist();

      move(elsewhere(), dir);
      await().until(() -> store.health().failure().isEmpty());
      WorkOrder after = WorkOrders.queued();
      store.workOrders().insert(after);

      store.close();
      store = open();
      assertThat(store.workOrders().counts().queued()).isEqualTo(2);
      assertThat(store.workOrders().find(before.id())).contains(before);
      assertThat(store.workOrders().find(after.id())).contains(after);
    }

    @Test
    void aChangeThatWasSyncedIntoADirectoryThatHadJustBeenMovedIsTakenBack() {
      WorkOrder before = WorkOrders.queued();
      store.workOrders().insert(before);
      disk.afterSync = () -> move(dir, elsewhere());
      WorkOrder refused = WorkOrders.queued();
      assertRefusedForItsPlace(refused);
      disk.afterSync = () -> {};
      move(elsewhere(), dir);
      assertThat(store.workOrders().find(refused.id())).isEmpty();
      WorkOrder after = WorkOrders.queued();
      store.workOrders().insert(after);

      store.close();
      store = open();
      assertThat(store.workOrders().find(refused.id())).isEmpty();
      assertThat(store.workOrders().find(before.id())).contains(before);
      assertThat(store.workOrders().find(after.id())).contains(after);
    }

    @Test
    void aJournalThatWasRemovedStopsTheStoreAndLosesNothing() throws IOException {
      WorkOrder before = WorkOrders.queued();
      store.workOrders().insert(before);
      for (String name : names("journal")) {
        Files.delete(dir.resolve("journal").resolve(name));
      }
      WorkOrder refused = WorkOrders.queued();
      assertThatThrownBy(() -> store.workOrders().insert(refused))
          .isInstanceOf(StoreUnavailableException.class)
          .hasMessageContaining("the journal was moved or removed");
      assertThat(files().isStopped()).isTrue();

      store.close();
      store = open();
      assertThat(store.workOrders().find(before.id())).contains(before);
      assertThat(store.workOrders().find(refused.id())).isEmpty();
    }
  }
}
