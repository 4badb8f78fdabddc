package dev.agentgate.queue;

import dev.agentgate.workorder.EndCause;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/**
 * Ends all runs when the service stops. Agents may first continue for a while; then they are
 * stopped, and their orders return to the queue without counting the attempt.
 */
public final class RunDrain {
  private static final Logger LOG = Logger.getLogger(RunDrain.class);

  private final RunSlots slots;
  private final Duration killGrace;

  RunDrain(RunSlots slots, Duration killGrace) {
    this.slots = slots;
    this.killGrace = killGrace;
  }

  /**
   * Returns when nothing is running. The caller must make sure that nothing new starts meanwhile.
   *
   * @param timeout how long agents may continue
   */
  public void drain(Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    List<RunSupervisor> running = List.copyOf(slots.all());
    if (running.isEmpty()) {
      return;
    }
    LOG.infof("Stopping: %d runs may continue for %s", running.size(), timeout);
    ExecutorService each = Executors.newVirtualThreadPerTaskExecutor();
    try {
      List<? extends Future<?>> ends =
          running.stream().map(run -> each.submit(run::awaitRecorded)).toList();
      for (Future<?> end : ends) {
        await(end, deadline - System.nanoTime());
      }
      for (RunSupervisor run : slots.all()) {
        Future<?> _ = each.submit(() -> run.end(EndCause.INTERRUPT, killGrace));
      }
      each.shutdown();
      // The store is closed after this. The next start records the outcomes that are not recorded
      // by then.
      if (!each.awaitTermination(killGrace.toMillis() + 5_000, TimeUnit.MILLISECONDS)) {
        LOG.warnf(
            "The outcomes of %d runs could not be recorded; the next start records them",
            slots.count());
        each.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void await(Future<?> end, long nanos) throws InterruptedException {
    try {
      end.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
    } catch (TimeoutException | ExecutionException e) {
      LOG.debug("A run did not end by itself", e);
    }
  }
}
