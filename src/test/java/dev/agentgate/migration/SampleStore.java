package dev.agentgate.migration;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.agentgate.output.RunDirectories;
import dev.agentgate.output.RunFilesTransfer;
import dev.agentgate.store.file.FileStore;
import dev.agentgate.workorder.AgentPause;
import dev.agentgate.workorder.ExitStatus;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunOutcome;
import dev.agentgate.workorder.RunUsage;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderStatus;
import dev.agentgate.workorder.WorkOrders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A data directory with random orders that are not running, and everything that belongs to them.
 */
public final class SampleStore {
  private static final List<WorkOrderStatus> STATUSES =
      Stream.of(WorkOrderStatus.values())
          .filter(status -> status != WorkOrderStatus.RUNNING)
          .toList();

  private SampleStore() {}

  /** Makes a data directory. */
  public static void fill(Path data, int orders, long seed) {
    try (FileStore store = FileStore.open(data, Clock.systemUTC())) {
      WorkOrders any = new WorkOrders(seed);
      Random random = new Random(seed);
      for (int i = 0; i < orders; i++) {
        WorkOrder order = any.any(STATUSES.get(i % STATUSES.size()));
        for (RunId run : order.runs()) {
          addRun(store, data, order, run, random);
        }
        store.workOrders().insert(order);
      }
      store.queue().setPaused(true);
      store
          .agentPauses()
          .set(
              "claude-code",
              Optional.of(
                  new AgentPause(
                      AgentPause.Reason.MANUAL,
                      "by hand",
                      WorkOrders.NOW,
                      Optional.empty(),
                      1,
                      "")));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void addRun(FileStore store, Path data, WorkOrder order, RunId id, Random random)
      throws IOException {
    if (random.nextInt(10) == 0) {
      return; // Its record is missing, as that of a run that was purged.
    }
    Run run =
        Run.preparing(id, order.id(), 1, WorkOrders.NOW.plusSeconds(random.nextInt(1_000_000)))
            .ended(new RunOutcome.Completed(WorkOrders.NOW, Optional.of(new ExitStatus(0))));
    store.runs().save(run);
    store.usage().note(RunUsage.of(order, run));
    byte[] log = new byte[random.nextInt(20) == 0 ? 600_000 : random.nextInt(300)];
    random.nextBytes(log);
    Path directory = data.resolve("runs").resolve(id.value());
    Files.write(directory.resolve("output.log"), log);
    Files.writeString(directory.resolve("changes.patch"), "diff --git a/" + id + "\n");
  }

  static RunFilesTransfer files(Path data) {
    return new RunFilesTransfer(new RunDirectories(data.resolve("runs")));
  }

  /** Returns the content of every file of a directory. */
  public static Map<String, String> tree(Path directory) throws IOException {
    Map<String, String> tree = new TreeMap<>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.toList()) {
        tree.put(
            directory.relativize(file).toString(),
            Files.isDirectory(file)
                ? "directory"
                : new String(Files.readAllBytes(file), ISO_8859_1)
                    + Files.getLastModifiedTime(file));
      }
    }
    return tree;
  }
}
