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
 * Ends what runs when the service stops: agents may go on for a while, then they are stopped and
 * their orders wait again, the attempt not counted.
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
   * Returns when nothing runs any more. Nothing new may start meanwhile.
   *
   * @param timeout how long agents may go on
   */
  public void drain(Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    List<RunSupervisor> running = List.copyOf(slots.all());
    if (running.isEmpty()) {
      return;
    }
    LOG.infof("Stopping: %d runs may go on for %s", running.size(), timeout);
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
      // The store is closed after this: whatever cannot be settled by then is settled at the next
      // start.
      if (!each.awaitTermination(killGrace.toMillis() + 5_000, TimeUnit.MILLISECONDS)) {
        LOG.warnf("%d runs could not be settled; the next start does", slots.count());
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
