package dev.agentgate.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.agentgate.execution.FakeExecutor;
import dev.agentgate.store.Claim;
import dev.agentgate.store.InMemoryStore;
import dev.agentgate.store.SettableClock;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderStatus;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TransitionOrderTest {
  @TempDir Path directory;

  /**
   * Gives the dispatcher time to start an order before its submit goes on. The store's own lock is
   * free meanwhile, as that of a real one is.
   */
  private static final class SlowToReturn extends InMemoryStore {
    final CountDownLatch started = new CountDownLatch(1);
    @Nullable Runnable wake;

    SlowToReturn(Clock clock) {
      super(clock);
    }

    @Override
    public Optional<WorkOrder> insert(WorkOrder order) {
      Optional<WorkOrder> earlier = super.insert(order);
      if (wake != null) {
        wake.run();
      }
      try {
        boolean _ = started.await(300, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return earlier;
    }

    @Override
    public List<WorkOrder> claim(Claim claim) {
      List<WorkOrder> claimed = super.claim(claim);
      if (!claimed.isEmpty()) {
        started.countDown();
      }
      return claimed;
    }
  }

  @Test
  void anOrderIsAnnouncedAsQueuedBeforeItRunsThoughTheDispatcherIsFasterThanItsSubmit() {
    SettableClock clock = new SettableClock();
    SlowToReturn store = new SlowToReturn(clock);
    List<Transition> seen = new CopyOnWriteArrayList<>();
    try (QueueFixture queue =
        new QueueFixture(directory, settings -> settings, store, new FakeExecutor(), clock)) {
      queue
          .queue
          .orders()
          .register(
              new QueueObserver() {
                @Override
                public void transitioned(Transition transition) {
                  seen.add(transition);
                }
              });
      store.wake = queue.queue.manager()::wake;
      queue.open();
      WorkOrderId id = queue.submit();
      queue.executor.exit(queue.awaitRunning(id), 0);
      await().until(() -> seen.size() == 3);

      assertThat(seen)
          .extracting(it -> it.order().status())
          .containsExactly(
              WorkOrderStatus.QUEUED, WorkOrderStatus.RUNNING, WorkOrderStatus.COMPLETED);
      assertThat(seen)
          .extracting(Transition::from)
          .containsExactly(
              Optional.empty(),
              Optional.of(WorkOrderStatus.QUEUED),
              Optional.of(WorkOrderStatus.RUNNING));
    }
  }

  /** Looks for stale orders, in another thread, right after an order was claimed. */
  private static final class LookedAt extends InMemoryStore {
    @Nullable FutureTask<Integer> look;

    LookedAt(Clock clock) {
      super(clock);
    }

    @Override
    public List<WorkOrder> claim(Claim claim) {
      List<WorkOrder> claimed = super.claim(claim);
      FutureTask<Integer> task = look;
      if (!claimed.isEmpty() && task != null) {
        Thread.ofVirtual().start(task);
        try {
          int _ = task.get(300, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
          // It waits for the claim's end, as it should.
        } catch (InterruptedException | ExecutionException e) {
          throw new IllegalStateException(e);
        }
      }
      return claimed;
    }
  }

  @Test
  void anOrderThatIsClaimedAndHasNoSupervisorYetIsNotStale() throws Exception {
    SettableClock clock = new SettableClock();
    LookedAt store = new LookedAt(clock);
    try (QueueFixture queue =
        new QueueFixture(directory, settings -> settings, store, new FakeExecutor(), clock)) {
      FutureTask<Integer> look = new FutureTask<>(queue.queue.staleCheck()::runOnce);
      store.look = look;
      queue.open();
      WorkOrderId id = queue.submit();

      assertThat(look.get()).isZero();
      queue.executor.exit(queue.awaitRunning(id), 0);
      queue.awaitStatus(id, WorkOrderStatus.COMPLETED);
    }
  }
}
