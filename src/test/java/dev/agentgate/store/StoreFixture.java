package dev.agentgate.store;

import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrders;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Opens and closes the store of a contract's test. */
public abstract class StoreFixture {
  /** The store's clock. */
  protected final SettableClock clock = new SettableClock();

  protected Store store;

  /** Opens the store of this test, for the first time or again. */
  protected abstract Store open() throws Exception;

  @BeforeEach
  final void openStore() throws Exception {
    store = open();
  }

  @AfterEach
  final void closeStore() {
    store.close();
  }

  protected final void reopen() throws Exception {
    store.close();
    store = open();
  }

  protected final List<WorkOrder> insertMany(int count) {
    List<WorkOrder> orders = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      orders.add(WorkOrders.queued());
      store.workOrders().insert(orders.getLast());
    }
    return orders;
  }

  /** A run that this instance runs. */
  protected final Run claimed() {
    RunId run = Claims.claimedBy(store, Duration.ofMinutes(1)).runs().getLast();
    return store.runs().find(run).orElseThrow();
  }

  protected static <T> Callable<T> task(Callable<T> task) {
    return task;
  }

  protected static <T> List<T> concurrently(List<Callable<T>> tasks) throws Exception {
    List<T> results = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<T> result : threads.invokeAll(tasks)) {
        results.add(result.get());
      }
    }
    return results;
  }
}
