package dev.agentgate.store.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills a real process that writes, again and again, and looks at what is left. */
final class StoreCrashTest {
  private static final int ROUNDS = 20;
  private static final int WRITERS = 8;
  private static final long SEED = 20260301;
  private static final long GONE = 0;

  @TempDir private Path dir;

  // By order: the last revision acknowledged, and the last one attempted.
  private final Map<String, Long> acknowledged = new HashMap<>();
  private final Map<String, Long> attempted = new HashMap<>();

  @Test
  void everyAcknowledgedChangeIsThereAfterEachKill() throws Exception {
    Random random = new Random(SEED);
    for (int round = 0; round < ROUNDS; round++) {
      killAfter(random.nextInt(1_500), round);
      try (FileStore store =
          FileStore.open(dir, Clock.systemUTC(), JournalFile::open, 64 << 10, 0)) {
        expectAll(store, "seed " + SEED + ", round " + round);
      }
    }
    assertThat(acknowledged).hasSizeGreaterThan(ROUNDS);
  }

  private void killAfter(int lines, int round) throws Exception {
    Process child = child(round);
    try (BufferedReader out =
        new BufferedReader(new InputStreamReader(child.getInputStream(), UTF_8))) {
      assertThat(out.readLine()).isEqualTo("open");
      for (int i = 0; i < lines; i++) {
        note(out.readLine());
      }
      // By its handle: Process.destroyForcibly would close its output, and that counts as well.
      child.toHandle().destroyForcibly();
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        note(line);
      }
    }
    child.waitFor();
  }

  private Process child(int round) throws IOException {
    return new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                StoreCrasher.class.getName(),
                dir.toString(),
                Long.toString(SEED + round),
                Integer.toString(WRITERS)))
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private void note(String line) {
    String[] words = line.split(" ", -1);
    if (words.length != 3 || words[1].length() != 29) {
      return; // Cut off by the kill.
    }
    long revision = Long.parseLong(words[2]);
    (words[0].equals("put") ? acknowledged : attempted).put(words[1], revision);
  }

  private void expectAll(FileStore store, String where) {
    attempted.forEach((text, tried) -> {
      WorkOrderId id = new WorkOrderId(text);
      long found = store.workOrders().find(id).map(WorkOrder::revision).orElse(GONE);
      Long promised = acknowledged.get(text);
      assertThat(found)
          .as("%s: %s, acknowledged %s, attempted %d", where, id, promised, tried)
          .isIn(promised == null ? GONE : promised, tried);
      // What is there now is what counts from here on.
      acknowledged.put(text, found);
    });
    attempted.replaceAll((text, _) -> acknowledged.getOrDefault(text, GONE));
    assertThat(store.quarantinedFiles()).as(where).isZero();
    assertThat(store.workOrders().ids())
        .toIterable()
        .as(where)
        .allMatch(id -> attempted.containsKey(id.value()));
    long present = attempted.values().stream().filter(revision -> revision != GONE).count();
    assertThat(store.workOrders().counts().total()).as(where).isEqualTo(present);
    assertThat(store.workOrders().counts().queued()).as(where).isEqualTo(present);
  }

  @Test
  void anotherProcessIsRefusedWhileOneHoldsTheDirectory() throws Exception {
    Process child = child(0);
    try (BufferedReader out =
        new BufferedReader(new InputStreamReader(child.getInputStream(), UTF_8))) {
      assertThat(out.readLine()).isEqualTo("open");

      assertThatThrownBy(() -> FileStore.open(dir, Clock.systemUTC()))
          .isInstanceOf(DataDirectoryLockedException.class)
          .hasMessageContaining("process " + child.pid());
    } finally {
      child.destroyForcibly().waitFor();
    }
    FileStore.open(dir, Clock.systemUTC()).close();
  }
}
