package dev.agentgate.ops;

import dev.agentgate.queue.AgentBrakes;
import dev.agentgate.queue.InstanceList;
import dev.agentgate.queue.QueueHealth;
import dev.agentgate.queue.QueueHealthCheck;
import dev.agentgate.queue.UsageReport;
import dev.agentgate.store.InstanceInfo;
import dev.agentgate.workorder.AgentPause;
import dev.agentgate.workorder.Usage;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jboss.logging.Logger;

/**
 * What gauges show of the store. It is read once for each scrape, however many gauges there are. A
 * store that does not answer delays a scrape by two seconds at most; these gauges then have no
 * value, and all other series are there.
 */
@Singleton
class ScrapedStore {
  private static final Logger LOG = Logger.getLogger(ScrapedStore.class);
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /**
   * What was read.
   *
   * @param oldestWaiting how long the oldest waiting order has waited; zero if none waits
   * @param pauses by type of agent
   * @param usedToday by type of agent
   */
  record Values(
      QueueHealth health,
      Duration oldestWaiting,
      List<InstanceInfo> instances,
      Map<String, AgentPause> pauses,
      Map<String, Usage> usedToday) {}

  private final Supplier<Values> source;
  private final Duration patience;

  /** Completes when the reading that is going on has ended, with nothing if it failed. */
  private CompletableFuture<Optional<Values>> reading =
      CompletableFuture.completedFuture(Optional.empty());

  private volatile Optional<Values> values = Optional.empty();

  @Inject
  ScrapedStore(
      QueueHealthCheck queue, InstanceList instances, AgentBrakes brakes, UsageReport usage) {
    this(
        () ->
            new Values(
                queue.look(),
                queue.oldestWaitingAge(),
                instances.all(),
                brakes.pauses(),
                usage.today()),
        PATIENCE);
  }

  ScrapedStore(Supplier<Values> source, Duration patience) {
    this.source = source;
    this.patience = patience;
  }

  /** Reads the store, or waits for a reading that is going on. Call before each scrape. */
  void refresh() {
    try {
      values = begun().get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      values = Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      values = Optional.empty();
    } catch (ExecutionException e) {
      throw new IllegalStateException("A reading never completes exceptionally", e);
    }
  }

  /** At most one thread reads, so a store that hangs holds no more. */
  private synchronized CompletableFuture<Optional<Values>> begun() {
    if (reading.isDone()) {
      CompletableFuture<Optional<Values>> next = new CompletableFuture<>();
      reading = next;
      Thread.ofVirtual().name("scrape").start(() -> next.complete(read()));
    }
    return reading;
  }

  private Optional<Values> read() {
    try {
      return Optional.of(source.get());
    } catch (RuntimeException e) {
      LOG.debugf(e, "The store cannot be read for the metrics");
      return Optional.empty();
    }
  }

  /** Returns a value of the last reading; not a number if there is none. */
  double value(ToDoubleFunction<Values> of) {
    return values.map(of::applyAsDouble).orElse(Double.NaN);
  }
}
