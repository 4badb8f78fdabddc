package dev.agentgate.queue;

import dev.agentgate.execution.HostResources;
import dev.agentgate.queue.QueueHealth.Alert;
import dev.agentgate.queue.QueueHealth.AlertKind;
import dev.agentgate.store.StatusCounts;
import dev.agentgate.store.Store;
import dev.agentgate.store.StoreHealth;
import dev.agentgate.store.WorkQueue.RunningEntry;
import dev.agentgate.workorder.AgentPause;
import dev.agentgate.workorder.Rfc3339;
import dev.agentgate.workorder.WorkOrderId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Reports the health of the queue. The cost does not depend on the number of orders. */
public final class QueueHealthCheck {
  /** An operator is alerted if a greater share of the descriptors is in use. */
  private static final double DESCRIPTORS_ALERT = 0.9;

  private final QueueSettings settings;
  private final Store store;
  private final QueueManager queue;
  private final StartRules rules;
  private final StartBlocks blocks;
  private final RunSlots slots;
  private final OwnLease lease;
  private final AgentBrakes brakes;
  private final RunPublications publications;
  private final HostResources host;
  private final Clock clock;

  QueueHealthCheck(
      QueueSettings settings,
      Supervision supervision,
      QueueManager queue,
      StartRules rules,
      StartBlocks blocks,
      RunPublications publications) {
    this.settings = settings;
    this.store = supervision.store();
    this.slots = supervision.slots();
    this.lease = supervision.lease();
    this.brakes = supervision.brakes();
    this.host = supervision.outside().host();
    this.clock = supervision.clock();
    this.queue = queue;
    this.rules = rules;
    this.blocks = blocks;
    this.publications = publications;
  }

  /** Returns the current health of the queue. */
  public QueueHealth look() {
    Instant now = clock.instant();
    StatusCounts counts = store.workOrders().counts();
    Optional<Aged> oldest =
        store.queue().running().stream()
            .map(entry -> new Aged(entry.id(), ageOf(entry, now)))
            .max(Comparator.comparing(Aged::age));
    Optional<Duration> age = oldest.map(Aged::age);
    return new QueueHealth(
        counts,
        settings.maxConcurrent(),
        age,
        oldest.map(Aged::id),
        settings.stuckThreshold(),
        alerts(counts, age),
        blocks.ofHead(),
        store.queue().isPaused(),
        now);
  }

  private record Aged(WorkOrderId id, Duration age) {}

  /**
   * Returns the age according to the supervisor, which knows from the kernel how long an adopted
   * run has been running; without a supervisor, according to the store.
   */
  private Duration ageOf(RunningEntry entry, Instant now) {
    Instant since =
        slots
            .of(entry.id())
            .filter(supervisor -> supervisor.run().equals(entry.run()))
            .map(RunSupervisor::runningSince)
            .orElse(entry.startedAt());
    return notNegative(Duration.between(since, now));
  }

  /** Returns how long the order has waited that has waited longest; zero if none is waiting. */
  public Duration oldestWaitingAge() {
    return store
        .queue()
        .oldestQueuedAt()
        .map(since -> notNegative(Duration.between(since, clock.instant())))
        .orElse(Duration.ZERO);
  }

  /**
   * Returns the number of processes that no signal can end, over all runs. Each of these runs keeps
   * its slot.
   */
  public int survivors() {
    return slots.survivors();
  }

  /** Returns why this instance may not run orders now, as a sentence; empty if it may. */
  public Optional<String> leaseDoubt() {
    return lease.doubt();
  }

  /** Whether the loop that starts runs is alive. This is also true after it was told to stop. */
  public boolean isDispatching() {
    return queue.isAlive();
  }

  /** Returns the resources that the machine has left. */
  public HostResources host() {
    return host;
  }

  private List<Alert> alerts(StatusCounts counts, Optional<Duration> oldestAge) {
    List<Alert> alerts = new ArrayList<>();
    oldestAge
        .filter(age -> age.compareTo(settings.stuckThreshold()) > 0)
        .ifPresent(age ->
            alerts.add(
                new Alert(
                    AlertKind.STUCK, "Work order running for " + age.toMinutes() + " minutes")));
    if (counts.queued() > settings.queueDepthThreshold()) {
      alerts.add(
          new Alert(
              AlertKind.QUEUE_DEPTH,
              "High queue depth: " + counts.queued() + " work orders waiting"));
    }
    StoreHealth health = store.health();
    health
        .failure()
        .ifPresent(
            why -> alerts.add(new Alert(AlertKind.STORE, "The store accepts no writes: " + why)));
    leaseDoubt().ifPresent(why -> alerts.add(new Alert(AlertKind.STORE, why)));
    if (health.failure().isEmpty()) {
      unwritten().ifPresent(sentence -> alerts.add(new Alert(AlertKind.STORE, sentence)));
    }
    health.unreadable().ifPresent(what -> alerts.add(new Alert(AlertKind.QUARANTINE, what)));
    int survivors = slots.survivors();
    if (survivors > 0) {
      alerts.add(
          new Alert(AlertKind.SURVIVORS, survivors + " processes cannot be killed and hold slots"));
    }
    brakes
        .pauses()
        .forEach((type, pause) -> alerts.add(new Alert(AlertKind.AGENT, sentence(type, pause))));
    rules.exhaustedBudgets().forEach(sentence -> alerts.add(new Alert(AlertKind.BUDGET, sentence)));
    int unpublished = publications.failures();
    if (unpublished > 0) {
      alerts.add(
          new Alert(
              AlertKind.PUBLICATION,
              "The changes of " + unpublished + " runs could not be published"));
    }
    if (rules.isMemoryLow()) {
      alerts.add(
          new Alert(
              AlertKind.MEMORY, "Low memory: " + host.availableMemory() + " bytes available"));
    }
    if (rules.isDiskLow()) {
      alerts.add(
          new Alert(
              AlertKind.DISK,
              "Low disk: " + host.freeDisk() + " bytes and " + inodes() + " files left"));
    }
    if (isNearlyOutOfDescriptors() || rules.isShort()) {
      alerts.add(
          new Alert(
              AlertKind.RESOURCES,
              "Few resources left: "
                  + host.openDescriptors()
                  + " of "
                  + host.maxDescriptors()
                  + " file descriptors in use, room for "
                  + limit(host.freeTasks())
                  + " processes and threads"));
    }
    return alerts;
  }

  private static String sentence(String agentType, AgentPause pause) {
    return "Agent "
        + agentType
        + " is paused "
        + pause.until().map(end -> "until " + Rfc3339.text(end)).orElse("until it is resumed")
        + " ("
        + pause.reason().wireName()
        + "): "
        + pause.message();
  }

  private boolean isNearlyOutOfDescriptors() {
    return host.openDescriptors() > host.maxDescriptors() * DESCRIPTORS_ALERT;
  }

  /** Returns the reason if the disk refuses writes although the store would accept them. */
  private Optional<String> unwritten() {
    List<RuntimeException> ends = slots.unwrittenEnds();
    return ends.isEmpty()
        ? blocks.refusal().map(why -> "Nothing can start: " + why)
        : Optional.of(
            "The outcomes of "
                + ends.size()
                + " runs cannot be written, and their slots stay taken: "
                + ends.getFirst().getMessage());
  }

  private String inodes() {
    return limit(host.freeInodes());
  }

  private static String limit(long left) {
    return left == Long.MAX_VALUE ? "unlimited" : Long.toString(left);
  }

  private static Duration notNegative(Duration duration) {
    return duration.isNegative() ? Duration.ZERO : duration;
  }
}
