package dev.agentgate.store.file;

import dev.agentgate.store.WorkOrderFilter;
import dev.agentgate.store.WorkQueue.RunningEntry;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.QueueEntry;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderState.Attempt;
import dev.agentgate.workorder.WorkOrderState.Cancelled;
import dev.agentgate.workorder.WorkOrderState.Completed;
import dev.agentgate.workorder.WorkOrderState.Failed;
import dev.agentgate.workorder.WorkOrderState.Queued;
import dev.agentgate.workorder.WorkOrderState.Running;
import dev.agentgate.workorder.WorkOrderStatus;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The part of an order that stays in memory: everything but its body. A store may hold a million of
 * them, so ids, times and the digest of the idempotency key are kept as numbers in the entry
 * itself.
 */
final class IndexEntry {
  static final Comparator<IndexEntry> NEWEST_FIRST = (a, b) -> compareIds(b, a);
  static final Comparator<IndexEntry> LONGEST_TERMINAL_FIRST =
      Comparator.<IndexEntry>comparingLong(entry -> entry.terminalSecond)
          .thenComparingInt(entry -> entry.terminalNano)
          .thenComparing(IndexEntry::compareIds);
  static final Comparator<IndexEntry> BY_KEY =
      Comparator.<IndexEntry>comparingLong(entry -> entry.keyMost)
          .thenComparingLong(entry -> entry.keyLeast)
          .thenComparing(IndexEntry::compareIds);

  static final String[] NO_LABELS = {};
  private static final long[] NO_RUNS = {};
  private static final long NOT_TERMINAL = Long.MAX_VALUE;

  private final long idMost;
  private final long idLeast;
  private final long revision;
  private final WorkOrderStatus status;
  private final String agentType;
  private final String[] labels;

  /** The two halves of each id. */
  private final long[] runs;

  private final long createdAtMillis;
  private final Optional<String> repository;
  private final @Nullable FailureReason failureReason;

  /** Both are 0 if there is no key. */
  private final long keyMost;

  private final long keyLeast;
  private final @Nullable QueueEntry waiting;
  private final @Nullable RunningEntry running;

  /** {@link #NOT_TERMINAL} if it is not. */
  private final long terminalSecond;

  private final int terminalNano;

  /**
   * What never changes of an order.
   *
   * @param labels key, value, key, value …; nobody may change it
   * @param repository the repository that it works on
   */
  @SuppressWarnings("ArrayRecordComponent") // half the size of a list, and never handed out
  record Fixed(
      String agentType,
      String[] labels,
      long createdAtMillis,
      Optional<String> repository,
      @Nullable KeyDigest key) {}

  /**
   * Where an order stands.
   *
   * @param failureReason why it failed, if it did
   * @param waiting its place in the queue, while it waits
   * @param running its attempt, while it runs
   * @param terminalSince when it became terminal, once it is
   */
  record Standing(
      WorkOrderStatus status,
      @Nullable FailureReason failureReason,
      @Nullable QueueEntry waiting,
      @Nullable RunningEntry running,
      @Nullable Instant terminalSince) {}

  IndexEntry(WorkOrderId id, long revision, List<RunId> runs, Fixed fixed, Standing standing) {
    KeyDigest key = fixed.key();
    Instant since = standing.terminalSince();
    this.idMost = id.most();
    this.idLeast = id.least();
    this.revision = revision;
    this.status = standing.status();
    this.agentType = fixed.agentType();
    this.labels = fixed.labels();
    this.runs = halves(runs);
    this.createdAtMillis = fixed.createdAtMillis();
    this.repository = fixed.repository();
    this.failureReason = standing.failureReason();
    this.keyMost = key == null ? 0 : key.most();
    this.keyLeast = key == null ? 0 : key.least();
    this.waiting = standing.waiting();
    this.running = standing.running();
    this.terminalSecond = since == null ? NOT_TERMINAL : since.getEpochSecond();
    this.terminalNano = since == null ? 0 : since.getNano();
  }

  private static long[] halves(List<RunId> ids) {
    if (ids.isEmpty()) {
      return NO_RUNS;
    }
    long[] halves = new long[2 * ids.size()];
    int at = 0;
    for (RunId id : ids) {
      halves[at++] = id.most();
      halves[at++] = id.least();
    }
    return halves;
  }

  private static int compareIds(IndexEntry a, IndexEntry b) {
    int most = Long.compareUnsigned(a.idMost, b.idMost);
    return most != 0 ? most : Long.compareUnsigned(a.idLeast, b.idLeast);
  }

  static IndexEntry of(WorkOrder order, SharedStrings shared) {
    QueueEntry waiting = null;
    RunningEntry running = null;
    Instant terminalSince = null;
    FailureReason failureReason = null;
    Optional<String> repository = shared.optional(order.spec().workspaceSource().repository());
    String agentType = shared.of(order.spec().agentType());
    switch (order.state()) {
      case Queued _ ->
          waiting = QueueEntry.of(order).map(e -> with(e, repository, agentType)).orElseThrow();
      case Running state -> {
        Attempt attempt = state.current();
        running =
            new RunningEntry(
                order.id(), attempt.run(), attempt.startedAt(), repository, state.lease().owner());
      }
      case Completed state -> terminalSince = state.completedAt();
      case Failed state -> {
        terminalSince = state.failedAt();
        failureReason = state.reason();
      }
      case Cancelled state -> terminalSince = state.cancelledAt();
    }
    return new IndexEntry(
        order.id(),
        order.revision(),
        order.runs(),
        new Fixed(
            agentType,
            labels(order.spec().labels(), shared),
            order.createdAt().toEpochMilli(),
            repository,
            order.idempotencyKey().map(key -> KeyDigest.of(key.key())).orElse(null)),
        new Standing(order.status(), failureReason, waiting, running, terminalSince));
  }

  /**
   * Returns this entry, terminal since {@code now} at the latest. A later time, noted by an earlier
   * service whose clock was ahead, would keep the order too long.
   */
  IndexEntry terminalBy(Instant now) {
    Instant since = terminalSince();
    return since == null || !since.isAfter(now)
        ? this
        : new IndexEntry(
            id(),
            revision,
            runs(),
            new Fixed(agentType, labels, createdAtMillis, repository, key()),
            new Standing(status, failureReason, waiting, running, now));
  }

  WorkOrderId id() {
    return new WorkOrderId(idMost, idLeast);
  }

  long revision() {
    return revision;
  }

  WorkOrderStatus status() {
    return status;
  }

  String agentType() {
    return agentType;
  }

  /** Returns key, value, key, value …; nobody may change it. */
  String[] labels() {
    return labels;
  }

  List<RunId> runs() {
    RunId[] ids = new RunId[runs.length / 2];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = new RunId(runs[2 * i], runs[2 * i + 1]);
    }
    return List.of(ids);
  }

  long createdAtMillis() {
    return createdAtMillis;
  }

  Optional<String> repository() {
    return repository;
  }

  @Nullable FailureReason failureReason() {
    return failureReason;
  }

  /** Returns the digest of its idempotency key; null if it has none. */
  @Nullable KeyDigest key() {
    return hasKey() ? new KeyDigest(keyMost, keyLeast) : null;
  }

  boolean hasKey() {
    return keyMost != 0 || keyLeast != 0;
  }

  @Nullable QueueEntry waiting() {
    return waiting;
  }

  @Nullable RunningEntry running() {
    return running;
  }

  @Nullable Instant terminalSince() {
    return terminalSecond == NOT_TERMINAL
        ? null
        : Instant.ofEpochSecond(terminalSecond, terminalNano);
  }

  private static QueueEntry with(QueueEntry entry, Optional<String> repository, String agentType) {
    return new QueueEntry(
        entry.id(),
        entry.priority(),
        entry.queuedAt(),
        entry.notBefore(),
        entry.requested(),
        entry.expeditedAt(),
        entry.expiresAt(),
        repository,
        agentType);
  }

  private static String[] labels(Map<String, String> labels, SharedStrings shared) {
    if (labels.isEmpty()) {
      return NO_LABELS;
    }
    String[] flat = new String[2 * labels.size()];
    int at = 0;
    for (Map.Entry<String, String> label : labels.entrySet()) {
      flat[at++] = shared.of(label.getKey());
      flat[at++] = shared.of(label.getValue());
    }
    return shared.labels(flat);
  }

  /** Whether the order matches the filter; the same as {@link WorkOrderFilter#matches}. */
  boolean matches(WorkOrderFilter filter) {
    if (!filter.statuses().isEmpty() && !filter.statuses().contains(status)) {
      return false;
    }
    if (filter.agentType().isPresent() && !filter.agentType().get().equals(agentType)) {
      return false;
    }
    if (filter.repository().isPresent() && !filter.repository().equals(repository)) {
      return false;
    }
    if (!filter.failureReasons().isEmpty()
        && (failureReason == null || !filter.failureReasons().contains(failureReason))) {
      return false;
    }
    if (!filter.wasCreatedInTime(Instant.ofEpochMilli(createdAtMillis))) {
      return false;
    }
    for (Map.Entry<String, String> label : filter.labels().entrySet()) {
      if (!hasLabel(label.getKey(), label.getValue())) {
        return false;
      }
    }
    return true;
  }

  private boolean hasLabel(String key, String value) {
    for (int i = 0; i < labels.length; i += 2) {
      if (labels[i].equals(key)) {
        return labels[i + 1].equals(value);
      }
    }
    return false;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof IndexEntry it
        && idMost == it.idMost
        && idLeast == it.idLeast
        && revision == it.revision
        && status == it.status
        && agentType.equals(it.agentType)
        && Arrays.equals(labels, it.labels)
        && Arrays.equals(runs, it.runs)
        && createdAtMillis == it.createdAtMillis
        && repository.equals(it.repository)
        && failureReason == it.failureReason
        && keyMost == it.keyMost
        && keyLeast == it.keyLeast
        && Objects.equals(waiting, it.waiting)
        && Objects.equals(running, it.running)
        && terminalSecond == it.terminalSecond
        && terminalNano == it.terminalNano;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(idMost ^ idLeast);
  }

  @Override
  public String toString() {
    return id() + " revision " + revision;
  }
}
