package dev.agentgate.store.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.store.WorkOrderFilter;
import dev.agentgate.store.json.WorkOrderCodec;
import dev.agentgate.workorder.QueueEntry;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderStatus;
import dev.agentgate.workorder.WorkOrders;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IndexSnapshotTest {
  private static final Clock CLOCK = Clock.systemUTC();

  private final List<WorkOrder> orders = new ArrayList<>();

  @TempDir private Path dir;

  @SuppressWarnings("NullAway.Init") // set before each test
  private FileStore store;

  @BeforeEach
  void fill() {
    store = open(dir);
    for (int i = 0; i < 20; i++) {
      WorkOrder order = i % 2 == 0 ? WorkOrders.queued() : WorkOrders.withKey("key " + i);
      store.workOrders().insert(order);
      if (i % 3 == 0) {
        WorkOrder cancelled = order.cancel(WorkOrders.NOW);
        assertThat(store.workOrders().update(cancelled)).isTrue();
        order = cancelled;
      }
      orders.add(order);
    }
    store.close();
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static FileStore open(Path dir) {
    return FileStore.open(dir, CLOCK, JournalFile::open, 64 << 10, 0);
  }

  private Path snapshot() {
    return dir.resolve(IndexSnapshot.NAME);
  }

  private Path file(WorkOrder order) {
    return dir.resolve("work-orders").resolve(order.id() + ".json");
  }

  /** What a client could find out. */
  private static Map<String, Object> content(FileStore store) {
    Map<String, Object> content = new HashMap<>();
    store
        .workOrders()
        .ids()
        .forEachRemaining(id -> content.put(id.value(), store.workOrders().find(id)));
    content.put("counts", store.workOrders().counts());
    content.put("queue", toList(store));
    for (WorkOrderStatus status : WorkOrderStatus.values()) {
      content.put(
          status.name(),
          store
              .workOrders()
              .page(WorkOrderFilter.ofStatuses(Set.of(status)), Optional.empty(), 100));
    }
    content.put("key 7", store.workOrders().findByIdempotencyKey("key 7"));
    return content;
  }

  private static List<QueueEntry> toList(FileStore store) {
    List<QueueEntry> queue = new ArrayList<>();
    store.queue().fromHead().forEachRemaining(queue::add);
    return queue;
  }

  /** The directory cannot show that this order is gone, because its file was never written. */
  @Test
  void aSnapshotGoesWithAnOrderThatLeavesNoTraceInTheDirectory() throws IOException {
    store = open(dir);
    assertThat(snapshot()).exists();
    // A new one, which the check behind the start does not look at.
    WorkOrder order = WorkOrders.queued();
    store.workOrders().insert(order);
    await().until(() -> Files.exists(file(order)));
    Files.delete(file(order));
    assertThat(store.workOrders().remove(order)).isTrue();
    assertThat(snapshot()).doesNotExist();
  }

  /** Damages a file where it is, so that the state of the directory does not change. */
  private void damage(WorkOrder order) throws IOException {
    Files.writeString(file(order), "{ no order", StandardOpenOption.TRUNCATE_EXISTING);
  }

  private boolean isListed(WorkOrder order) {
    return store
        .workOrders()
        .page(WorkOrderFilter.ALL, Optional.empty(), 100)
        .ids()
        .contains(order.id());
  }

  @Test
  void aStartFromTheSnapshotShowsTheSameAsOneThatReadsEverything() throws IOException {
    store = open(dir);
    Map<String, Object> fromSnapshot = content(store);
    store.close();
    Files.delete(snapshot());
    store = open(dir);
    assertThat(content(store)).isEqualTo(fromSnapshot);
    assertThat(fromSnapshot).hasSizeGreaterThan(orders.size());
  }

  @Test
  void aDamagedOrderIsNeitherServedNorKept() throws IOException {
    damage(orders.get(4));

    store = open(dir);

    WorkOrderId id = orders.get(4).id();
    // Either its turn has come already, or the caller is told.
    try {
      assertThat(store.workOrders().find(id)).isEmpty();
    } catch (StoreUnavailableException e) {
      assertThat(e).hasMessageContaining("cannot be read");
    }
    await().until(() -> store.quarantinedFiles() == 1);
    await().until(() -> !isListed(orders.get(4)));
    assertThat(store.workOrders().find(id)).isEmpty();
    assertThat(dir.resolve("work-orders/.quarantine").resolve(id + ".json")).exists();
    assertThat(store.workOrders().counts().total()).isEqualTo(orders.size() - 1);
    Map<String, Object> corrected = content(store);
    store.close();

    store = open(dir);
    assertThat(content(store)).as("what the next start shows").isEqualTo(corrected);
  }

  @Test
  void anOrderThatWasEditedInPlaceIsFollowed() throws IOException {
    WorkOrder order = orders.get(1);
    WorkOrder edited = order.cancel(WorkOrders.NOW);
    Files.write(file(order), WorkOrderCodec.encode(edited), StandardOpenOption.TRUNCATE_EXISTING);

    store = open(dir);

    long before = orders.stream().filter(it -> it.status() == WorkOrderStatus.CANCELLED).count();
    await().until(() -> store.workOrders().counts().cancelled() == before + 1);
    assertThat(store.workOrders().find(order.id())).contains(edited);
    assertThat(toList(store)).noneMatch(entry -> entry.id().equals(order.id()));
  }

  @Test
  void anOrderThatIsChangedWhileItIsCheckedKeepsItsChange() {
    store = open(dir);
    for (WorkOrder order : orders) {
      if (order.status() == WorkOrderStatus.QUEUED) {
        assertThat(store.workOrders().update(order.cancel(WorkOrders.NOW))).isTrue();
      }
    }
    assertThat(store.workOrders().remove(orders.get(0))).isTrue();
    store.close();
    store = open(dir);
    assertThat(store.workOrders().counts().cancelled()).isEqualTo(orders.size() - 1);
    assertThat(store.quarantinedFiles()).isZero();
  }

  @Test
  void whatAnotherVersionWroteSinceIsSeenAtOnce() throws IOException {
    WorkOrder replaced = orders.get(1).cancel(WorkOrders.NOW);
    Path aside = dir.resolve("work-orders/.aside.tmp");
    Files.write(aside, WorkOrderCodec.encode(replaced));
    Files.move(aside, file(replaced), StandardCopyOption.ATOMIC_MOVE);
    Files.delete(file(orders.get(2)));
    WorkOrder added = WorkOrders.queued();
    Files.write(file(added), WorkOrderCodec.encode(added));

    store = open(dir);

    assertThat(store.workOrders().find(replaced.id())).contains(replaced);
    assertThat(isListed(orders.get(2))).isFalse();
    assertThat(store.workOrders().find(added.id())).contains(added);
    assertThat(store.workOrders().counts().total()).isEqualTo(orders.size());
  }

  @Test
  void aSingleReplacedFileIsEnoughForTheSnapshotNotToBeBelieved() throws IOException {
    for (WorkOrder order : orders) {
      if (order.status() != WorkOrderStatus.QUEUED) {
        continue;
      }
      WorkOrder replaced = order.cancel(WorkOrders.NOW);
      Path aside = dir.resolve("aside");
      Files.write(aside, WorkOrderCodec.encode(replaced));
      Files.move(aside, file(replaced), StandardCopyOption.ATOMIC_MOVE);
      store = open(dir);
      assertThat(toList(store)).noneMatch(entry -> entry.id().equals(order.id()));
      store.close();
    }
  }

  @Test
  void whatALinkInThePlaceOfTheDirectoryLeadsToIsLookedAt() throws IOException {
    Path real = dir.resolve("elsewhere");
    Files.move(dir.resolve("work-orders"), real);
    Files.createSymbolicLink(dir.resolve("work-orders"), real);
    open(dir).close();
    Files.delete(file(orders.get(2)));

    store = open(dir);

    assertThat(isListed(orders.get(2))).isFalse();
    assertThat(store.workOrders().counts().total()).isEqualTo(orders.size() - 1);
  }

  @Test
  void aCopyOfTheDataDirectoryIsReadAsAWhole(@TempDir Path elsewhere) throws IOException {
    Path copy = elsewhere.resolve("copy");
    try (Stream<Path> files = Files.walk(dir)) {
      for (Path file : files.toList()) {
        Files.copy(
            file,
            copy.resolve(dir.relativize(file)),
            StandardCopyOption.COPY_ATTRIBUTES,
            LinkOption.NOFOLLOW_LINKS);
      }
    }
    Path edited = copy.resolve("work-orders").resolve(file(orders.get(1)).getFileName());
    Files.delete(edited);
    Files.setLastModifiedTime(
        copy.resolve("work-orders"), Files.getLastModifiedTime(dir.resolve("work-orders")));

    store = open(copy);

    assertThat(isListed(orders.get(1))).isFalse();
    assertThat(store.workOrders().counts().total()).isEqualTo(orders.size() - 1);
  }

  @Test
  void aDamagedSnapshotIsNotBelieved() throws IOException {
    byte[] good = Files.readAllBytes(snapshot());
    store = open(dir);
    Map<String, Object> expected = content(store);
    store.close();
    Random random = new Random(20261126);
    for (int round = 0; round < 60; round++) {
      byte[] bad = good.clone();
      if (round % 2 == 0) {
        bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
      } else {
        bad = Arrays.copyOf(good, random.nextInt(good.length));
      }
      Files.write(snapshot(), bad);
      IndexSnapshot damaged = new IndexSnapshot(dir, 0);
      assertThat(damaged.load(new SharedStrings())).as("round %d", round).isEmpty();
    }
    Files.write(snapshot(), Arrays.copyOf(good, good.length + 1));
    store = open(dir);
    assertThat(content(store)).isEqualTo(expected);
  }

  @Test
  void aSmallStoreHasNone() throws IOException {
    Files.delete(snapshot());
    store = FileStore.open(dir, CLOCK, JournalFile::open, 64 << 10, orders.size() + 1);
    store.workOrders().insert(WorkOrders.queued());
    assertThat(store.workOrders().remove(orders.get(0))).isTrue();
    store.close();
    assertThat(snapshot()).doesNotExist();
  }

  @Test
  void everyKindOfEntryComesBackAsItWas() throws IOException {
    SharedStrings shared = new SharedStrings();
    List<IndexEntry> entries =
        Stream.generate(new WorkOrders(4711)::any)
            .limit(500)
            .map(order -> IndexEntry.of(order, shared))
            .toList();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    IndexEntryCodec.Writer writer = new IndexEntryCodec.Writer(new DataOutputStream(bytes));
    for (IndexEntry entry : entries) {
      writer.write(entry);
    }
    IndexEntryCodec.Reader reader =
        new IndexEntryCodec.Reader(
            new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())),
            new IndexEntryCodec.Strings(new SharedStrings()));
    for (IndexEntry entry : entries) {
      assertThat(reader.read()).isEqualTo(entry);
    }
  }
}
