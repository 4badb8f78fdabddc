package dev.agentgate.store.file;

import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrders;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * The process that {@link StoreCrashTest} kills: it changes orders and says what was acknowledged.
 */
final class StoreCrasher {
  private StoreCrasher() {}

  /**
   * Changes orders until it is killed.
   *
   * @param args data directory, seed, writers
   */
  public static void main(String[] args) {
    long seed = Long.parseLong(args[1]);
    FileStore store =
        FileStore.open(Path.of(args[0]), Clock.systemUTC(), JournalFile::open, 64 << 10, 0);
    PrintStream out = System.out;
    out.println("open");
    for (int i = 0; i < Integer.parseInt(args[2]); i++) {
      Random random = new Random(seed * 1000 + i);
      Thread.ofPlatform().start(() -> changeForEver(store, random, out));
    }
  }

  private static void changeForEver(FileStore store, Random random, PrintStream out) {
    @Nullable WorkOrder order = null;
    while (true) {
      if (order == null || random.nextInt(5) == 0) {
        order = WorkOrders.queued();
        out.println("try " + order.id() + " 1");
        store.workOrders().insert(order);
        out.println("put " + order.id() + " 1");
      } else if (random.nextInt(4) == 0) {
        out.println("try " + order.id() + " 0");
        store.workOrders().remove(order);
        out.println("put " + order.id() + " 0");
        order = null;
      } else {
        WorkOrder next = order.expedite(WorkOrders.NOW);
        out.println("try " + next.id() + " " + next.revision());
        store.workOrders().update(next);
        out.println("put " + next.id() + " " + next.revision());
        order = next;
      }
    }
  }
}
