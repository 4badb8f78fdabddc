package dev.agentgate.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Measures durable submits against a thread that appends the same bytes to a file and syncs. */
final class SubmitBench {
  private static final long BURST_NANOS = TimeUnit.SECONDS.toNanos(3);
  private static final int CONNECTIONS = 64;
  private static final int BATCH = 1_000;
  private static final int BATCH_CONNECTIONS = 4;

  /** As a service that has run for a while: its just-in-time compiler has nothing left to do. */
  private static final int WARM_UP_ORDERS = 40_000;

  private final PackagedService service;
  private final Path dataDir;
  private final AtomicLong submitted = new AtomicLong();
  private final SubmitLoad single = SubmitLoad.single();
  private final SubmitLoad batches = SubmitLoad.batches(BATCH);

  /**
   * Prepares the measurement.
   *
   * @param service an empty service that starts no orders
   */
  SubmitBench(PackagedService service, Path dataDir) {
    this.service = service;
    this.dataDir = dataDir;
  }

  void run(int rounds, Ratios ratios) throws Exception {
    System.out.printf(
        "submit: the first burst of a cold service, 1 connection: %.0f/s%n",
        single.perSecond(service, 1, BURST_NANOS, submitted));
    while (submitted.get() < WARM_UP_ORDERS) {
      submit(single, CONNECTIONS);
    }
    submit(batches, BATCH_CONNECTIONS);
    byte[] record = Files.readAllBytes(dataDir.resolve("work-orders").resolve(files(dataDir)[0]));
    for (int round = 0; round < rounds; round++) {
      double first = append(record);
      double many = submit(single, CONNECTIONS);
      double second = append(record);
      double one = submit(single, 1);
      double third = append(record);
      double batch = submit(batches, BATCH_CONNECTIONS);
      System.out.printf(
          "submit: %d connections %.0f/s to %.0f/s appended and synced = %.2f; 1 connection"
              + " %.0f/s to %.0f/s = %.2f; %d connections with batches of %d %.0f/s to %.0f/s ="
              + " %.2f%n",
          CONNECTIONS,
          many,
          first,
          many / first,
          one,
          second,
          one / second,
          BATCH_CONNECTIONS,
          BATCH,
          batch,
          third,
          batch / third);
      ratios.add("submit.64", many / first);
      ratios.add("submit.1", one / second);
      ratios.add("submit.batch", batch / third);
    }
    System.out.printf(
        "submit: median of %d rounds: %.2f at %d connections (goal 1.0), %.2f at 1 (goal 0.3),"
            + " %.2f in batches%n",
        rounds,
        ratios.median("submit.64"),
        CONNECTIONS,
        ratios.median("submit.1"),
        ratios.median("submit.batch"));
  }

  /** Submits for one burst, and waits until every order has its file, so that nothing is left. */
  private double submit(SubmitLoad load, int connections) throws Exception {
    double rate = load.perSecond(service, connections, BURST_NANOS, submitted);
    ServiceBench.await(() -> files(dataDir).length >= submitted.get(), 200_000_000);
    return rate;
  }

  /** Returns what one thread reaches that appends the same bytes and syncs each time. */
  private double append(byte[] record) throws IOException {
    Path file = dataDir.resolveSibling("raw");
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.allocateDirect(record.length).put(record);
      long count = 0;
      long started = System.nanoTime();
      while (System.nanoTime() - started < BURST_NANOS) {
        channel.write(buffer.flip());
        channel.force(false);
        count++;
      }
      return count * 1e9 / (System.nanoTime() - started);
    } finally {
      Files.delete(file);
    }
  }

  /** Returns the names of the orders' files in a data directory. */
  static String[] files(Path dataDir) {
    String[] names =
        dataDir
            .resolve("work-orders")
            .toFile()
            .list((_, name) -> name.endsWith(".json") && !name.startsWith("."));
    return names == null ? new String[0] : names;
  }
}
