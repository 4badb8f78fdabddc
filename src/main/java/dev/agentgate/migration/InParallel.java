package dev.agentgate.migration;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** Does the same with all parts of a long list, a few at a time, roughly in their order. */
final class InParallel {
  private static final int THREADS = 4;

  private InParallel() {}

  /** What is done with a part. */
  interface Step<T> {
    void with(List<T> part) throws IOException;
  }

  /** Returns when the step was done with every part; after a failure no more parts are begun. */
  static <T> void each(List<T> all, int partSize, Step<T> step) throws IOException {
    int parts = (all.size() + partSize - 1) / partSize;
    AtomicInteger next = new AtomicInteger();
    AtomicBoolean failed = new AtomicBoolean();
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Future<?>> workers =
          IntStream.range(0, THREADS)
              .<Future<?>>mapToObj(_ ->
                  threads.submit(() -> {
                    boolean done = false;
                    try {
                      for (int part = next.getAndIncrement();
                          part < parts && !failed.get();
                          part = next.getAndIncrement()) {
                        int from = part * partSize;
                        step.with(all.subList(from, Math.min(all.size(), from + partSize)));
                      }
                      done = true;
                    } finally {
                      failed.compareAndSet(false, !done);
                    }
                    return done;
                  }))
              .toList();
      for (Future<?> worker : workers) {
        Object _ = worker.get();
      }
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException cause -> throw cause;
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw new IllegalStateException(e);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
