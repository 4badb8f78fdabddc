package dev.agentgate.store.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.store.json.WorkOrderCodec;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JournalTest {
  private static final int ORDERS = 4;

  @TempDir private Path dir;
  private final List<WorkOrder> orders = new ArrayList<>();
  // Where each frame ends.
  private final List<Integer> ends = new ArrayList<>();
  private byte[] content = {};

  @BeforeEach
  void writeAJournal() throws IOException {
    Path written = Files.createDirectory(dir.resolve("written"));
    Journal journal =
        new Journal(written, JournalFile::open, (_, _) -> {}, 1 << 20, List.of(), 1, 1);
    int end = JournalSegment.HEADER.length;
    for (int i = 0; i < ORDERS; i++) {
      WorkOrder order = WorkOrders.queued();
      Change change = put(order);
      orders.add(order);
      journal.append(change);
      end += JournalWriter.FRAME_HEADER + Integer.BYTES + change.size();
      ends.add(end);
    }
    journal.close();
    content = Files.readAllBytes(JournalSegment.path(written, 1));
  }

  private static Change.Put put(WorkOrder order) {
    return new Change.Put(
        order, WorkOrderCodec.encode(order), IndexEntry.of(order, new SharedStrings()));
  }

  private JournalReader read(byte[] bytes) throws IOException {
    Path directory = Files.createTempDirectory(dir, "read");
    Files.write(JournalSegment.path(directory, 1), bytes);
    return JournalReader.read(directory);
  }

  private static JournalReader.LastChange lastOf(JournalReader reader, WorkOrder order) {
    return Objects.requireNonNull(reader.last().get(order.id()));
  }

  private void expectOrders(JournalReader reader, int from, int to) {
    assertThat(reader.last().keySet())
        .containsExactlyInAnyOrderElementsOf(
            orders.subList(from, to).stream().map(WorkOrder::id).toList());
  }

  @Test
  void everyChangeIsReadBack() throws Exception {
    JournalReader reader = read(content);

    expectOrders(reader, 0, ORDERS);
    assertThat(reader.damages()).isEmpty();
    assertThat(reader.nextSequence()).isEqualTo(ORDERS + 1);
    assertThat(reader.nextNumber()).isEqualTo(2);
    for (WorkOrder order : orders) {
      byte[] json = lastOf(reader, order).json().orElseThrow();
      assertThat(WorkOrderCodec.decode(json)).isEqualTo(order);
    }
  }

  @Test
  void aLastRecordTornAtAnyByteIsCutOffAndTheOthersStay() throws Exception {
    int start = ends.get(ORDERS - 2);
    int end = ends.get(ORDERS - 1);
    for (int cut = start; cut < end; cut++) {
      JournalReader shorter = read(Arrays.copyOf(content, cut));
      expectOrders(shorter, 0, ORDERS - 1);
      assertThat(shorter.damages()).isEmpty();

      byte[] zeroed = content.clone();
      Arrays.fill(zeroed, cut, zeroed.length, (byte) 0);
      JournalReader preallocated = read(zeroed);
      // A record may end in zeros of its own; then nothing of it is missing.
      if (!Arrays.equals(zeroed, content)) {
        expectOrders(preallocated, 0, ORDERS - 1);
      }
      assertThat(preallocated.damages()).isEmpty();
    }
  }

  @Test
  void aFlippedBitAnywhereInTheLastRecordCutsItOff() throws Exception {
    for (int at = ends.get(ORDERS - 2); at < ends.get(ORDERS - 1); at++) {
      byte[] flipped = content.clone();
      flipped[at] ^= 0x10;

      expectOrders(read(flipped), 0, ORDERS - 1);
    }
  }

  @Test
  void damageInTheMiddleIsReportedAndWhatIsBehindItIsRead() throws Exception {
    for (int at = ends.get(0); at < ends.get(1); at += 3) {
      byte[] flipped = content.clone();
      flipped[at] ^= 0x01;

      JournalReader reader = read(flipped);

      assertThat(reader.damages()).as("byte %d", at).hasSize(1);
      assertThat(reader.last()).hasSize(ORDERS - 1).doesNotContainKey(orders.get(1).id());
    }
  }

  @Test
  void aDamagedSegmentIsKeptInQuarantine() throws Exception {
    byte[] flipped = content.clone();
    flipped[ends.get(0) + 30] ^= 0x01;
    Path data = dir.resolve("data");
    Path journal = Files.createDirectories(data.resolve("journal"));
    Path segment = JournalSegment.path(journal, 1);
    Files.write(segment, flipped);

    try (FileStore store = FileStore.open(data, Clock.systemUTC())) {
      assertThat(store.workOrders().counts().total()).isEqualTo(ORDERS - 1);
      assertThat(store.quarantinedFiles()).isEqualTo(1);
    }
    Path kept = data.resolve("work-orders/.quarantine").resolve(segment.getFileName());
    assertThat(kept).hasBinaryContent(flipped);
    assertThat(kept.resolveSibling(segment.getFileName() + ".reason.txt"))
        .content()
        .contains("checksum");
    assertThat(segment).doesNotExist();
  }

  @Test
  void aFileThatIsNotWholeIsReplacedFromTheJournal() throws Exception {
    Path data = dir.resolve("data");
    Files.write(JournalSegment.path(Files.createDirectories(data.resolve("journal")), 1), content);
    Path files = Files.createDirectories(data.resolve("work-orders"));
    Files.write(files.resolve(orders.get(0).id() + ".json"), new byte[0]);

    try (FileStore store = FileStore.open(data, Clock.systemUTC())) {
      assertThat(store.workOrders().find(orders.get(0).id())).contains(orders.get(0));
      assertThat(store.quarantinedFiles()).isZero();
    }
  }

  @Test
  void theHigherRevisionOfFileAndJournalWins() throws Exception {
    WorkOrder newer = orders.get(0).start(WorkOrders.run(), WorkOrders.NOW, WorkOrders.LEASE);
    Path data = dir.resolve("data");
    Files.write(JournalSegment.path(Files.createDirectories(data.resolve("journal")), 1), content);
    Path files = Files.createDirectories(data.resolve("work-orders"));
    Files.write(files.resolve(newer.id() + ".json"), WorkOrderCodec.encode(newer));

    try (FileStore store = FileStore.open(data, Clock.systemUTC())) {
      assertThat(store.workOrders().find(newer.id())).contains(newer);
      assertThat(store.workOrders().counts().total()).isEqualTo(ORDERS);
    }
  }

  @Test
  void aRemovalInTheJournalBeatsAFile() throws Exception {
    WorkOrder order = orders.get(0);
    Path data = dir.resolve("data");
    Path directory = Files.createDirectories(data.resolve("journal"));
    try (Journal journal =
        new Journal(directory, JournalFile::open, (_, _) -> {}, 1 << 20, List.of(), 1, 1)) {
      journal.append(put(order));
      journal.append(new Change.Remove(order.id(), 1));
    }
    Path file = Files.createDirectories(data.resolve("work-orders")).resolve(order.id() + ".json");
    Files.write(file, WorkOrderCodec.encode(order));

    try (FileStore store = FileStore.open(data, Clock.systemUTC())) {
      assertThat(store.workOrders().find(order.id()).isPresent()).isFalse();
      assertThat(file).doesNotExist();
    }
  }

  @Test
  void aJournalOfANewerVersionIsRefused() throws Exception {
    Path data = dir.resolve("data");
    byte[] newer = content.clone();
    newer[JournalSegment.ANY_VERSION.length] = '2';
    Files.write(JournalSegment.path(Files.createDirectories(data.resolve("journal")), 1), newer);

    assertThatThrownBy(() -> FileStore.open(data, Clock.systemUTC()))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("newer version");
  }

  @Test
  void segmentsRollAndAreReadInOrder() throws Exception {
    Path directory = Files.createDirectory(dir.resolve("rolling"));
    WorkOrder order = WorkOrders.queued();
    try (Journal journal =
        new Journal(directory, JournalFile::open, (_, _) -> {}, 4_096, List.of(), 1, 1)) {
      for (int i = 0; i < 50; i++) {
        journal.append(put(order));
        order = order.expedite(WorkOrders.NOW);
      }
      assertThat(journal.sealedCount()).isGreaterThan(5);
    }

    JournalReader reader = JournalReader.read(directory);
    assertThat(lastOf(reader, order).revision()).isEqualTo(50);
    assertThat(reader.nextSequence()).isEqualTo(51);
  }
}
