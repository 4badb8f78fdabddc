package dev.agentgate.bench;

import dev.agentgate.store.file.FileStore;
import dev.agentgate.workorder.AgentChoices;
import dev.agentgate.workorder.ExitStatus;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.IdempotencyKey;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderSpec;
import dev.agentgate.workorder.WorkOrders;
import dev.agentgate.workorder.WorkspaceSource;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Orders of a usual size, as a store holds them. */
final class SampleOrders {
  static final String PROMPT = "Fix the bug in the login form and add a test. ".repeat(6);

  private SampleOrders() {}

  /** A new order that waits. */
  static WorkOrder waiting(int i, Instant now) {
    WorkOrderSpec spec =
        WorkOrders.spec(
            PROMPT,
            "claude-code",
            new WorkspaceSource.GitHub("acme", "shop" + i % 50, Optional.of("main")),
            WorkOrders.LIMITS,
            new AgentChoices(OptionalInt.of(10), Optional.empty(), Optional.empty()),
            i % 7,
            Map.of("team", "team" + i % 20, "kind", "bug"));
    return WorkOrder.submitted(
        WorkOrderId.next(now), spec, Optional.of(new IdempotencyKey("key" + i, "ff")), now);
  }

  /** An order that is finished in nine of ten cases: 70 % completed, 15 % failed, 5 % cancelled. */
  private static WorkOrder stored(int i, Instant now) {
    WorkOrder order = waiting(i, now);
    int share = i / 20 % 20; // apart from the labels, which go by i % 20
    if (share < 2) {
      return order;
    }
    WorkOrder running = order.start(RunId.next(now), now, WorkOrders.LEASE);
    if (share == 2) {
      return running.cancel(now);
    }
    return share < 6
        ? running.fail(
            FailureReason.EXIT_CODE, "Exited with code 1", Optional.of(new ExitStatus(1)), now)
        : running.complete(now);
  }

  /** Fills a data directory and leaves it closed. */
  static void store(Path dataDir, int count) {
    try (FileStore store = FileStore.open(dataDir, Clock.systemUTC());
        ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor()) {
      int width = 64;
      for (int w = 0; w < width; w++) {
        int first = w;
        writers.execute(() -> {
          for (int i = first; i < count; i += width) {
            store.workOrders().insert(stored(i, Clock.systemUTC().instant()));
          }
        });
      }
    }
  }
}
