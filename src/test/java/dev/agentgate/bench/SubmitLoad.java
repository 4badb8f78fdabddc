package dev.agentgate.bench;

import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/** Clients that submit orders one after the other, each over its own connection. */
public final class SubmitLoad {
  private static final String ORDERS = "/api/v1/work-orders";

  /** What a job is to do, so that all peers store as much. */
  public static final String PROMPT = SampleOrders.PROMPT;

  private static final String ORDER =
      """
      {"taskPrompt":"%s","agentType":"claude-code","priority":3,"maxIterations":10,\
      "workspaceSource":{"type":"github","owner":"acme","repo":"shop","branch":"main"},\
      "labels":{"team":"team3","kind":"bug"}}\
      """
          .formatted(PROMPT);

  private final byte[] request;
  private final int status;
  private final int orders;

  private SubmitLoad(byte[] request, int status, int orders) {
    this.request = request;
    this.status = status;
    this.orders = orders;
  }

  /** Submits each order by a request of its own. */
  public static SubmitLoad single() {
    return new SubmitLoad(HttpConnection.request("POST", ORDERS, ORDER), 201, 1);
  }

  /** Submits {@code size} orders by each request. */
  public static SubmitLoad batches(int size) {
    String body = "{\"items\":[" + String.join(",", Collections.nCopies(size, ORDER)) + "]}";
    return new SubmitLoad(HttpConnection.request("POST", ORDERS + "/batch", body), 200, size);
  }

  /**
   * Submits for a while.
   *
   * @param submitted counts the orders that were acknowledged
   * @return orders per second
   */
  public double perSecond(
      PackagedService service, int connections, long nanos, AtomicLong submitted)
      throws InterruptedException, ExecutionException {
    long started = System.nanoTime();
    long before = submitted.get();
    Callable<Boolean> client =
        () -> {
          try (HttpConnection connection = service.connect()) {
            while (System.nanoTime() - started < nanos) {
              connection.send(request).expect(status);
              submitted.addAndGet(orders);
            }
          }
          return true;
        };
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Boolean> done : clients.invokeAll(Collections.nCopies(connections, client))) {
        done.get();
      }
    }
    return (submitted.get() - before) * 1e9 / (System.nanoTime() - started);
  }
}
