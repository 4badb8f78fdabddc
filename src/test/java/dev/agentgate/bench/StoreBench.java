package dev.agentgate.bench;

import dev.agentgate.store.WorkOrderFilter;
import dev.agentgate.store.WorkOrderPage;
import dev.agentgate.store.file.FileStore;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Measures the file store against the disk it stands on; run by hand. The unit is what one thread
 * reaches that appends and syncs the same bytes to a plain file, measured in the same run.
 */
public final class StoreBench {
  private static final int ORDERS = 100_000;
  private static final int WRITES = 30_000;
  private static final int ROUNDS = 3;
  private static final Clock CLOCK = Clock.systemUTC();

  private StoreBench() {}

  /**
   * Runs everything.
   *
   * @param args the directory to work in; it is made and removed
   */
  public static void main(String[] args) throws Exception {
    Path root = Files.createDirectories(Path.of(args[0]));
    for (int round = 0; round < ROUNDS; round++) {
      double raw = rawAppends(root.resolve("raw"), 6_000);
      double one = inserts(root.resolve("one"), 8_000, 1, true);
      double many = inserts(root.resolve("many"), WRITES, 64, true);
      double platform = inserts(root.resolve("platform"), WRITES, 64, false);
      System.out.printf(
          "raw append+fdatasync %.0f/s; 1 writer %.0f/s = %.2f; 64 virtual writers %.0f/s = %.2f;"
              + " 64 platform writers %.0f/s = %.2f%n",
          raw, one, one / raw, many, many / raw, platform, platform / raw);
    }
    Path big = root.resolve("big");
    inserts(big, ORDERS, 64, true);
    for (int round = 0; round < ROUNDS; round++) {
      reads(big);
      double snapshot = openMillis(big);
      Files.deleteIfExists(big.resolve("index.snapshot"));
      double files = openMillis(big);
      System.out.printf(
          "%d orders: open from the index snapshot %.0f ms, by reading all files %.0f ms = %.2f%n",
          ORDERS, snapshot, files, snapshot / files);
    }
    delete(root);
  }

  private static double rawAppends(Path file, int count) throws IOException {
    byte[] record = new byte[1100];
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.allocateDirect(record.length);
      long started = System.nanoTime();
      for (int i = 0; i < count; i++) {
        buffer.clear();
        channel.write(buffer);
        channel.force(false);
      }
      return perSecond(count, started);
    } finally {
      Files.delete(file);
    }
  }

  private static double perSecond(int count, long started) {
    return count * 1e9 / (System.nanoTime() - started);
  }

  private static double inserts(Path dir, int count, int writers, boolean virtual)
      throws Exception {
    double rate;
    try (FileStore store = FileStore.open(dir, CLOCK)) {
      AtomicInteger next = new AtomicInteger();
      long started = System.nanoTime();
      if (writers == 1) {
        for (int i = 0; i < count; i++) {
          store.workOrders().insert(SampleOrders.waiting(i, CLOCK.instant()));
        }
      } else {
        try (ExecutorService threads =
            virtual
                ? Executors.newVirtualThreadPerTaskExecutor()
                : Executors.newFixedThreadPool(writers)) {
          for (int w = 0; w < writers; w++) {
            threads.execute(() -> {
              for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
                store.workOrders().insert(SampleOrders.waiting(i, CLOCK.instant()));
              }
            });
          }
        }
      }
      rate = perSecond(count, started);
    }
    if (count < ORDERS) {
      delete(dir);
    }
    return rate;
  }

  private static double openMillis(Path dir) {
    long started = System.nanoTime();
    try (FileStore _ = FileStore.open(dir, CLOCK)) {
      return (System.nanoTime() - started) / 1e6;
    }
  }

  private static void reads(Path dir) {
    try (FileStore store = FileStore.open(dir, CLOCK)) {
      List<WorkOrderId> ids = new ArrayList<>();
      store.workOrders().ids().forEachRemaining(ids::add);
      Random random = new Random(1);
      WorkOrderFilter queued =
          new WorkOrderFilter(Set.of(WorkOrderStatus.QUEUED), Optional.empty(), Map.of());
      WorkOrderFilter labelled =
          new WorkOrderFilter(Set.of(), Optional.empty(), Map.of("team", "team3"));
      System.out.printf(
          "%d orders: p99 ms: get %.3f, list(20) %.3f, list(20, queued, from the"
              + " middle) %.3f, list(20, label) %.3f, queuePosition %.4f%n",
          ids.size(),
          p99(3_000, () -> store.workOrders().find(ids.get(random.nextInt(ids.size())))),
          p99(1_000, () -> WorkOrderPage.of(store, WorkOrderFilter.ALL, Optional.empty(), 20)),
          p99(
              1_000,
              () ->
                  WorkOrderPage.of(
                      store, queued, Optional.of(ids.get(random.nextInt(ids.size()))), 20)),
          p99(300, () -> WorkOrderPage.of(store, labelled, Optional.empty(), 20)),
          p99(10_000, () -> store.queue().position(ids.get(random.nextInt(ids.size())))));
    }
  }

  private static double p99(int times, Runnable action) {
    long[] nanos = new long[times];
    for (int i = 0; i < times; i++) {
      long started = System.nanoTime();
      action.run();
      nanos[i] = System.nanoTime() - started;
    }
    Arrays.sort(nanos);
    return nanos[times * 99 / 100] / 1e6;
  }

  private static void delete(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
