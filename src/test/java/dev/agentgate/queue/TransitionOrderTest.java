package dev.agentgate.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.agentgate.execution.FakeExecutor;
import dev.agentgate.store.InMemoryStore;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderStatus;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TransitionOrderTest {
  @TempDir Path directory;

  /**
   * Gives the dispatcher time to start an order before its submit goes on. The store's own lock is
   * free meanwhile, as that of a real one is.
   */
  @SuppressWarnings("UnsynchronizedOverridesSynchronized")
  private static final class SlowToReturn extends InMemoryStore {
    final CountDownLatch started = new CountDownLatch(1);
    @Nullable Runnable wake;

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
    public boolean update(WorkOrder order) {
      boolean updated = super.update(order);
      started.countDown();
      return updated;
    }
  }

  @Test
  void anOrderIsAnnouncedAsQueuedBeforeItRunsThoughTheDispatcherIsFasterThanItsSubmit() {
    SlowToReturn store = new SlowToReturn();
    List<Transition> seen = new CopyOnWriteArrayList<>();
    try (QueueFixture queue =
        new QueueFixture(
            directory, settings -> settings, store, new FakeExecutor(), new SettableClock())) {
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
}
