package dev.agentgate.publish;

import dev.agentgate.publish.Publisher.Work;
import dev.agentgate.queue.QueueObserver;
import dev.agentgate.queue.RunPublications;
import dev.agentgate.queue.RunPublications.Published;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.workorder.Backoff;
import dev.agentgate.workorder.Publication;
import dev.agentgate.workorder.Publication.Status;
import dev.agentgate.workorder.PublishRequest;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunOutcome;
import dev.agentgate.workorder.RunState;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Publishes what completed runs changed, each on a virtual thread of its own, a few at a time and
 * one at a time for each order, where an earlier run comes before a later one that is published to
 * the same branch. An attempt that fails is repeated with growing pauses. What is pending is in the
 * store, so it survives a restart. If an instance is gone, another one takes over what it has left.
 */
public final class Publications implements QueueObserver, AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Publications.class);
  private static final int AT_ONCE = 4;
  private static final int LOCKS = 64;

  /** With the pauses below, a remote may be unreachable for most of a day. */
  private static final int MAX_ATTEMPTS = 24;

  private static final Duration LONGEST_PAUSE = Duration.ofHours(1);

  /**
   * In case that nobody wakes the task, for example because the other run was purged, or because
   * the store is not available.
   */
  private static final Duration UNTIL_WOKEN = Duration.ofMinutes(1);

  private final RunPublications runs;
  private final Attempt publisher;
  private final Backoff backoff;
  private final PublicationCounts counts = new PublicationCounts();
  private final Semaphore permits = new Semaphore(AT_ONCE);
  private final Map<RunId, Task> tasks = new ConcurrentHashMap<>();
  private final AtomicBoolean takingOver = new AtomicBoolean();
  private volatile boolean opened;
  private volatile boolean closed;

  /** Each lock lets only one publication of the orders whose ids hash to it be under way. */
  private final List<ReentrantLock> publishing =
      Stream.generate(ReentrantLock::new).limit(LOCKS).toList();

  /**
   * @param publisher makes one attempt
   * @param firstPause the pause after the first attempt that failed; doubles with each further one
   */
  public Publications(RunPublications runs, Attempt publisher, Duration firstPause) {
    this.runs = runs;
    this.publisher = publisher;
    this.backoff = new Backoff(firstPause, LONGEST_PAUSE);
  }

  /** Makes one attempt to publish, as {@link Publisher#publish} does. */
  @FunctionalInterface
  public interface Attempt {
    Publication publish(Work work, Publication publication, Consumer<Publication> progress)
        throws PublishFailedException, InterruptedException;
  }

  /**
   * Starts with what an earlier process of the service left. Call once, after the runs that it left
   * were adopted.
   */
  public void open() {
    opened = true;
    List<RunId> pending = runs.pending();
    if (!pending.isEmpty()) {
      LOG.infof("%d publications are pending", pending.size());
    }
    pending.forEach(this::schedule);
  }

  /** Counts of the publications by their result. */
  public PublicationCounts counts() {
    return counts;
  }

  /** Returns the number of publications that are neither complete nor given up. */
  public int pending() {
    return tasks.size();
  }

  @Override
  public void runEnded(WorkOrder order, RunOutcome outcome) {
    if (outcome instanceof RunOutcome.Completed && order.spec().publish().isPresent()) {
      order.currentRun().ifPresent(this::schedule);
    }
  }

  /**
   * Requests that the changes of a run are published, now or again.
   *
   * @param request empty: as they were to be published before
   * @return the pending publication
   * @throws dev.agentgate.workorder.AgentGateException if that is not possible, with the reason
   */
  public Publication request(RunId run, Optional<PublishRequest> request) {
    Publication pending = runs.request(run, request);
    schedule(run);
    return pending;
  }

  /** Looks for publications left by instances that are gone, whose leases have ended. */
  @Override
  public void leaseRenewed() {
    if (opened && !closed && takingOver.compareAndSet(false, true)) {
      Thread.ofVirtual().name("publish-takeover").start(this::takeOver);
    }
  }

  private void takeOver() {
    try {
      runs.takeOver();
      runs.pending()
          .forEach(run -> tasks.computeIfAbsent(run, _ -> closed ? null : new Task(run).start()));
    } catch (StoreUnavailableException e) {
      LOG.warnf("Publications cannot be taken over now: %s", e.getMessage());
    } finally {
      takingOver.set(false);
    }
  }

  /** Stops at once. What is pending continues after the next start. Idempotent. */
  @Override
  public void close() {
    closed = true;
    try {
      for (Task task : List.copyOf(tasks.values())) {
        task.thread.interrupt();
        task.thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void schedule(RunId run) {
    tasks.compute(
        run,
        (_, task) -> {
          if (task != null) {
            task.wakeUps.release();
            return task;
          }
          return closed ? null : new Task(run).start();
        });
  }

  /** Publishes the changes of one run. */
  private final class Task {
    private final RunId run;
    private final Semaphore wakeUps = new Semaphore(0);
    private final Thread thread = Thread.ofVirtual().name("publish").unstarted(this::publish);

    Task(RunId run) {
      this.run = run;
    }

    Task start() {
      thread.start();
      return this;
    }

    private void publish() {
      try {
        do {
          Optional<Duration> pause = attempt(run);
          while (pause.isPresent()) {
            boolean _ = wakeUps.tryAcquire(pause.get().toNanos(), TimeUnit.NANOSECONDS);
            pause = attempt(run);
          }
        } while (!isDone());
      } catch (InterruptedException e) {
        tasks.remove(run);
      }
    }

    /** Ends the task unless it was woken up meanwhile. */
    private boolean isDone() {
      return tasks.computeIfPresent(run, (_, task) -> wakeUps.tryAcquire() ? task : null) == null;
    }
  }

  /** Makes an attempt; returns the pause before the next one, if there is to be one. */
  private Optional<Duration> attempt(RunId run) throws InterruptedException {
    permits.acquire();
    try {
      Optional<Published> found =
          runs.find(run)
              .filter(it -> it.publication().status() == Status.PENDING)
              .filter(_ -> runs.isOwn(run));
      if (found.isEmpty()) {
        return Optional.empty();
      }
      if (found.get().first().isPresent()) {
        // Otherwise the earlier run would replace the changes of this one later.
        return Optional.of(UNTIL_WOKEN);
      }
      Optional<Duration> pause = attempt(found.get());
      if (pause.isEmpty()) {
        wakeOthersOf(found.get());
      }
      return pause;
    } catch (StoreUnavailableException e) {
      LOG.warnf("The changes of %s cannot be published now: %s", run, e.getMessage());
      return Optional.of(UNTIL_WOKEN);
    } catch (SupersededException e) {
      LOG.infof("This instance no longer publishes the changes of %s", run);
      return Optional.empty();
    } catch (RuntimeException e) {
      LOG.errorf(e, "The changes of %s could not be published, retrying", run);
      return Optional.of(LONGEST_PAUSE);
    } finally {
      permits.release();
    }
  }

  private void wakeOthersOf(Published done) {
    for (RunId other : done.order().runs()) {
      tasks.computeIfPresent(
          other,
          (run, task) -> {
            if (!run.equals(done.run().id())) {
              task.wakeUps.release();
            }
            return task;
          });
    }
  }

  private Optional<Duration> attempt(Published it) throws InterruptedException {
    Progress progress = new Progress(it);
    ReentrantLock lock = lockOf(it.order().id());
    lock.lockInterruptibly();
    try {
      Work work = new Work(it.order(), it.run().id(), it.workspace(), endOf(it), it.earlier());
      Publication done = publisher.publish(work, it.publication(), progress::record);
      progress.record(done);
      counts.was(done.status());
      LOG.infof(
          "The changes of %s: %s%s",
          it.run().id(),
          done.status().wireName(),
          done.pullRequest().map(made -> " " + made.url()).orElse(""));
      return Optional.empty();
    } catch (PublishFailedException e) {
      return failed(progress, e);
    } finally {
      lock.unlock();
    }
  }

  private Optional<Duration> failed(Progress progress, PublishFailedException failure) {
    Published it = progress.latest;
    String why = String.valueOf(failure.getMessage());
    int attempts = it.publication().attempts() + 1;
    if (failure.isPermanent() || attempts >= MAX_ATTEMPTS) {
      progress.record(it.publication().failed(why));
      LOG.errorf("The changes of %s are not published: %s", it.run().id(), why);
      counts.was(Status.FAILED);
      return Optional.empty();
    }
    progress.record(it.publication().postponed(why));
    LOG.warnf("The changes of %s could not be published, retrying: %s", it.run().id(), why);
    counts.wasPostponed();
    Duration pause = backoff.after(attempts);
    return failure
        .retryAfter()
        .filter(asked -> asked.compareTo(pause) > 0)
        .or(() -> Optional.of(pause));
  }

  /** What one attempt has recorded. */
  private final class Progress {
    private Published latest;

    Progress(Published begun) {
      this.latest = begun;
    }

    /**
     * @throws SupersededException if this instance is no longer to complete the publication
     */
    void record(Publication now) {
      latest = runs.record(latest, now).orElseThrow(SupersededException::new);
    }
  }

  /** Ends an attempt whose publication was changed or taken over meanwhile, or is gone. */
  private static final class SupersededException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private ReentrantLock lockOf(WorkOrderId order) {
    return publishing.get(Math.floorMod(order.hashCode(), LOCKS));
  }

  private static Instant endOf(Published it) {
    return it.run().state() instanceof RunState.Ended(RunOutcome outcome)
        ? outcome.at()
        : it.run().startedAt();
  }
}
