package dev.agentgate.store.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.store.file.FileStoreReader.Intact;
import dev.agentgate.store.file.FileStoreReader.Unreadable;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrders;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The reader sees what the next start of the store sees, and changes nothing. */
class FileStoreReaderTest {
  private static final Clock CLOCK = Clock.systemUTC();

  @TempDir Path data;
  @TempDir Path elsewhere;

  private static List<WorkOrder> read(Path directory) throws IOException {
    FileStoreReader reader = FileStoreReader.open(directory);
    List<WorkOrder> orders = new ArrayList<>();
    for (WorkOrderId id : reader.ids()) {
      orders.add(((Intact) reader.read(id)).order());
    }
    return orders;
  }

  private static List<WorkOrder> opened(Path directory) {
    try (FileStore store = FileStore.open(directory, CLOCK)) {
      List<WorkOrder> orders = new ArrayList<>();
      store
          .workOrders()
          .ids()
          .forEachRemaining(id -> orders.add(store.workOrders().find(id).orElseThrow()));
      orders.sort((one, other) -> one.id().compareTo(other.id()));
      return orders;
    }
  }

  /** Copies a directory as it is found after a crash. */
  private static void copy(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
              throws IOException {
            Files.createDirectories(to.resolve(from.relativize(directory)));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (!file.endsWith("lock")) {
              Files.copy(file, to.resolve(from.relativize(file)));
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            return FileVisitResult.CONTINUE; // It was written behind a moment ago.
          }
        });
  }

  @Test
  void whatIsOnlyInTheJournalIsReadFromThere() throws IOException {
    Random random = new Random(1);
    try (FileStore store = FileStore.open(data, CLOCK)) {
      List<WorkOrder> orders = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        int which = orders.isEmpty() ? 0 : random.nextInt(orders.size());
        switch (random.nextInt(4)) {
          case 0 -> {
            if (!orders.isEmpty()) {
              assertThat(store.workOrders().remove(orders.remove(which))).isTrue();
            }
          }
          case 1 -> {
            if (!orders.isEmpty() && orders.get(which).status().wireName().equals("queued")) {
              WorkOrder cancelled = orders.get(which).cancel(WorkOrders.NOW);
              assertThat(store.workOrders().update(cancelled)).isTrue();
              orders.set(which, cancelled);
            }
          }
          default -> {
            WorkOrder order = WorkOrders.queued();
            assertThat(store.workOrders().insert(order)).isEmpty();
            orders.add(order);
          }
        }
      }
      store.queue().setPaused(true);
      copy(data, elsewhere);
      orders.sort((one, other) -> one.id().compareTo(other.id()));
      assertThat(read(elsewhere)).isEqualTo(orders);
    }
    assertThat(opened(elsewhere)).isEqualTo(read(data));
  }

  @Test
  void damagedFilesAreNamedAndStayWhereTheyAre() throws Exception {
    WorkOrder damaged = WorkOrders.queued();
    WorkOrder good = WorkOrders.queued();
    try (FileStore store = FileStore.open(data, CLOCK)) {
      assertThat(store.workOrders().insert(damaged)).isEmpty();
      assertThat(store.workOrders().insert(good)).isEmpty();
    }
    Path directory = data.resolve("work-orders");
    Path file = directory.resolve(damaged.id() + ".json");
    Files.writeString(file, "{");
    Files.writeString(directory.resolve("notes.json"), "{}");
    Files.writeString(directory.resolve(".quarantine").resolve("wo_old.json"), "{");
    Files.writeString(directory.resolve(".quarantine").resolve("wo_old.json.reason.txt"), "old");
    Files.writeString(data.resolve("queue.json"), "{\"schemaVersion\": 1, \"paused\": true}");

    FileStoreReader reader = FileStoreReader.open(data);

    assertThat(reader.ids()).containsExactly(damaged.id(), good.id());
    assertThat(reader.read(damaged.id())).isInstanceOf(Unreadable.class);
    assertThat(reader.read(good.id())).isEqualTo(new Intact(good));
    assertThat(reader.unreadable())
        .extracting(Unreadable::name)
        .containsExactlyInAnyOrder("notes.json", "wo_old.json");
    assertThat(reader.isPaused()).isTrue();
    assertThat(file).hasContent("{");
  }
}
