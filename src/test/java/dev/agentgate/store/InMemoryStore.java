package dev.agentgate.store;

import dev.agentgate.workorder.AgentPause;
import dev.agentgate.workorder.IdempotencyKey;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.Lease;
import dev.agentgate.workorder.Publication;
import dev.agentgate.workorder.QueueEntry;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunUsage;
import dev.agentgate.workorder.Usage;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderState.Attempt;
import dev.agentgate.workorder.WorkOrderState.Running;
import dev.agentgate.workorder.WorkOrderStatus;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A store without a disk, as plainly as possible, which several instances may share and which can
 * be told to fail.
 */
public class InMemoryStore implements Store, WorkOrders, Runs, WorkQueue, ChangeFeed {
  /** The latest changes that the feed keeps. */
  static final int KEPT_CHANGES = 100;

  private static final InstanceId LOCAL = new InstanceId("local");

  /** What all instances share; guards itself. */
  private static final class Shared {
    final Map<WorkOrderId, WorkOrder> orders = new TreeMap<>();
    final Map<RunId, Run> runs = new TreeMap<>();
    final Map<WorkOrderId, Runnable> afterFind = new TreeMap<>();
    final Set<WorkOrderId> unreadable = new HashSet<>();
    final List<ChangeFeed.Entry> changes = new ArrayList<>();
    boolean paused;
    final Map<String, AgentPause> agentPauses = new TreeMap<>();
    final Map<RunId, RunUsage> usage = new LinkedHashMap<>();
    final Map<InstanceId, InstanceInfo> instances =
        new TreeMap<>(Comparator.comparing(InstanceId::value));
    final Map<RunId, List<ArchivedPiece>> archive = new TreeMap<>();
    boolean refusing;
  }

  private final Shared all;
  private final InstanceId instance;
  private final Clock clock;
  private final Comparator<QueueEntry> queueOrder;
  private volatile boolean closed;
  private volatile boolean usageUnreadable;
  private final AtomicInteger readsToFail = new AtomicInteger();
  private volatile Runnable beforeRenewal = () -> {};
  private final AtomicReference<Runnable> beforeNextPause = new AtomicReference<>(() -> {});
  private final AtomicReference<Optional<WorkOrderStatus>> loseAnswer =
      new AtomicReference<>(Optional.empty());
  private volatile Optional<String> failure = Optional.empty();

  public InMemoryStore(Clock clock) {
    this(clock, QueueEntry.order(Optional.empty()));
  }

  InMemoryStore(Clock clock, Comparator<QueueEntry> queueOrder) {
    this(new Shared(), LOCAL, clock, queueOrder);
  }

  private InMemoryStore(
      Shared all, InstanceId instance, Clock clock, Comparator<QueueEntry> queueOrder) {
    this.all = all;
    this.instance = instance;
    this.clock = clock;
    this.queueOrder = queueOrder;
    synchronized (all) {
      Instant now = clock.instant();
      all.instances.put(
          instance,
          new InstanceInfo(instance, InstanceStatus.UNKNOWN, now, now, Optional.empty(), true));
    }
  }

  /** What another instance sees of the same store. */
  public InMemoryStore openedBy(InstanceId other) {
    return new InMemoryStore(all, other, clock, queueOrder);
  }

  /** The lease of an instance has ended. */
  public void lose(InstanceId gone) {
    synchronized (all) {
      all.instances.computeIfPresent(
          gone,
          (id, info) ->
              new InstanceInfo(
                  id, info.status(), info.startedAt(), info.lastSeen(), Optional.empty(), false));
    }
  }

  /** What happens after this instance has asked for a renewal and before the store looks at it. */
  public void beforeRenewal(Runnable what) {
    beforeRenewal = what;
  }

  /** What somebody else does before this instance's next change of a pause that it has read. */
  public void beforeNextPause(Runnable what) {
    beforeNextPause.set(what);
  }

  /** The next change of an order to this status is made, but its answer is lost. */
  public void loseNextAnswer(WorkOrderStatus status) {
    loseAnswer.set(Optional.of(status));
  }

  private void answer(WorkOrder changed) {
    Optional<WorkOrderStatus> lost = loseAnswer.get();
    if (lost.filter(changed.status()::equals).isPresent()
        && loseAnswer.compareAndSet(lost, Optional.empty())) {
      throw new StoreUnansweredException("The connection is lost.", new IOException("reset"));
    }
  }

  /** How many of the next reads of runs fail. */
  public void failReadsOfRuns(int count) {
    readsToFail.set(count);
  }

  /** What the store reports as the reason for refusing all writes. */
  public void reportFailure(String why) {
    failure = Optional.of(why);
  }

  /** Whether what runs used cannot be read from now on, as with a damaged file. */
  public void hideUsage(boolean hide) {
    usageUnreadable = hide;
  }

  /** Whether every write is refused from now on, as with a full disk. */
  public void refuseWrites(boolean refuse) {
    synchronized (all) {
      all.refusing = refuse;
    }
  }

  /** What somebody else does right after this order is read the next time. */
  public void afterNextFind(WorkOrderId id, Runnable action) {
    synchronized (all) {
      all.afterFind.put(id, action);
    }
  }

  /** An order that can be read no more, until {@link #repair}. */
  public void damage(WorkOrderId id) {
    synchronized (all) {
      all.unreadable.add(id);
      all.orders.remove(id);
    }
  }

  /** What could not be read is gone: a person took it away. */
  public void repair() {
    synchronized (all) {
      all.unreadable.clear();
    }
  }

  public Collection<Run> allRuns() {
    synchronized (all) {
      return List.copyOf(all.runs.values());
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new StoreUnavailableException("The store is closed.");
    }
  }

  private void checkWritable() {
    checkOpen();
    if (all.refusing) {
      throw new StoreUnavailableException("No space left on device");
    }
  }

  private void put(WorkOrder order) {
    all.orders.put(order.id(), order);
    note(new ChangeFeed.Entry(order.id(), order.revision(), Optional.of(order.status())));
  }

  private void note(ChangeFeed.Entry change) {
    all.changes.add(change);
    all.notifyAll();
  }

  @Override
  public Optional<WorkOrder> insert(WorkOrder order) {
    synchronized (all) {
      checkWritable();
      Optional<WorkOrder> earlier =
          order.idempotencyKey().map(IdempotencyKey::key).flatMap(this::findByIdempotencyKey);
      if (earlier.isEmpty()) {
        put(order);
        answer(order);
      }
      return earlier;
    }
  }

  @Override
  public List<Optional<WorkOrder>> insertAll(List<WorkOrder> orders) {
    synchronized (all) {
      return orders.stream().map(this::insert).toList();
    }
  }

  @Override
  public boolean update(WorkOrder order) {
    synchronized (all) {
      checkWritable();
      Optional<WorkOrder> stored = changeable(order.id(), order.revision() - 1);
      if (stored.isEmpty()) {
        return false;
      }
      boolean goesOn = stored.get().state() instanceof Running && order.state() instanceof Running;
      put(goesOn ? order.leased(leaseOf(stored.get())) : order);
      answer(order);
      return true;
    }
  }

  @Override
  public boolean remove(WorkOrder order) {
    synchronized (all) {
      checkWritable();
      if (changeable(order.id(), order.revision()).isEmpty()) {
        return false;
      }
      all.orders.remove(order.id());
      order.runs().forEach(all.runs::remove);
      order.runs().forEach(all.archive::remove);
      note(new ChangeFeed.Entry(order.id(), order.revision(), Optional.empty()));
      return true;
    }
  }

  /** The order at this revision, if this instance may change it. */
  private Optional<WorkOrder> changeable(WorkOrderId id, long revision) {
    return Optional.ofNullable(all.orders.get(id))
        .filter(stored -> stored.revision() == revision)
        .filter(stored ->
            !(stored.state() instanceof Running running) || running.lease().isHeldBy(instance));
  }

  private static Lease leaseOf(WorkOrder order) {
    return ((Running) order.state()).lease();
  }

  @Override
  public Optional<WorkOrder> find(WorkOrderId id) {
    synchronized (all) {
      checkOpen();
      Optional<WorkOrder> found = Optional.ofNullable(all.orders.get(id));
      Optional.ofNullable(all.afterFind.remove(id)).ifPresent(Runnable::run);
      return found;
    }
  }

  @Override
  public Optional<WorkOrder> findByIdempotencyKey(String key) {
    return orders()
        .filter(order -> order.idempotencyKey().filter(held -> held.key().equals(key)).isPresent())
        .findFirst();
  }

  private Stream<WorkOrder> orders() {
    synchronized (all) {
      checkOpen();
      return List.copyOf(all.orders.values()).stream();
    }
  }

  @Override
  public WorkOrderIdPage page(WorkOrderFilter filter, Optional<WorkOrderId> before, int limit) {
    List<WorkOrderId> matching =
        orders()
            .filter(filter::matches)
            .map(WorkOrder::id)
            .sorted(Comparator.reverseOrder())
            .toList();
    List<WorkOrderId> rest =
        matching.stream()
            .filter(id -> before.filter(place -> id.compareTo(place) >= 0).isEmpty())
            .toList();
    return new WorkOrderIdPage(
        rest.stream().limit(limit).toList(), matching.size(), rest.size() > limit);
  }

  @Override
  public List<WorkOrderId> matching(
      WorkOrderFilter filter, Optional<WorkOrderId> before, int limit) {
    return page(filter, before, limit).ids();
  }

  @Override
  public StatusCounts counts() {
    List<WorkOrderStatus> statuses = orders().map(WorkOrder::status).toList();
    return new StatusCounts(
        count(statuses, WorkOrderStatus.QUEUED),
        count(statuses, WorkOrderStatus.RUNNING),
        count(statuses, WorkOrderStatus.COMPLETED),
        count(statuses, WorkOrderStatus.FAILED),
        count(statuses, WorkOrderStatus.CANCELLED));
  }

  private static long count(List<WorkOrderStatus> all, WorkOrderStatus status) {
    return all.stream().filter(status::equals).count();
  }

  @Override
  public List<WorkOrderId> terminalBefore(
      Set<WorkOrderStatus> statuses, Instant cutoff, int limit) {
    return orders()
        .filter(order -> statuses.contains(order.status()) && order.updatedAt().isBefore(cutoff))
        .sorted(Comparator.comparing(WorkOrder::updatedAt).thenComparing(WorkOrder::id))
        .map(WorkOrder::id)
        .limit(limit)
        .toList();
  }

  @Override
  public Iterator<WorkOrderId> ids() {
    return orders().map(WorkOrder::id).toList().iterator();
  }

  @Override
  public void save(Run run) {
    synchronized (all) {
      checkWritable();
      all.runs.put(run.id(), run);
    }
  }

  @Override
  public Optional<Run> change(RunId id, UnaryOperator<Run> change) {
    synchronized (all) {
      checkWritable();
      return Optional.ofNullable(all.runs.computeIfPresent(id, (_, run) -> change.apply(run)));
    }
  }

  @Override
  public void remove(RunId run) {
    synchronized (all) {
      checkWritable();
      all.runs.remove(run);
      all.archive.remove(run);
    }
  }

  @Override
  public Optional<Run> find(RunId id) {
    synchronized (all) {
      checkOpen();
      if (readsToFail.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
        throw new StoreUnavailableException("The store does not answer.");
      }
      return Optional.ofNullable(all.runs.get(id));
    }
  }

  @Override
  public List<RunId> unpublished() {
    synchronized (all) {
      checkOpen();
      return all.runs.values().stream()
          .filter(run ->
              run.results()
                  .publication()
                  .filter(it -> it.status() == Publication.Status.PENDING)
                  .isPresent())
          .filter(run -> run.instance().filter(it -> !it.equals(instance())).isEmpty())
          .map(Run::id)
          .toList();
    }
  }

  @Override
  public List<RunId> ofOrder(WorkOrderId id) {
    return find(id).map(WorkOrder::runs).orElse(List.of());
  }

  @Override
  public boolean mayBelongToUnreadableOrder(RunId run) {
    synchronized (all) {
      Run record = all.runs.get(run);
      return record == null
          ? !all.unreadable.isEmpty()
          : all.unreadable.contains(record.workOrderId());
    }
  }

  @Override
  public List<WorkOrder> claim(Claim claim) {
    synchronized (all) {
      checkWritable();
      Instant now = clock.instant();
      List<WorkOrder> claimed = new ArrayList<>();
      for (QueueEntry entry : all.paused ? List.<QueueEntry>of() : queued()) {
        if (claimed.size() < claim.slots() && isClaimable(entry, claim, now)) {
          RunId run = RunId.next(now);
          Lease lease = new Lease(instance, Optional.of(now.plus(claim.lease())));
          WorkOrder waiting = Objects.requireNonNull(all.orders.get(entry.id()));
          WorkOrder running = waiting.start(run, now, lease);
          Run preparing = Run.preparing(run, entry.id(), running.attempts(), now);
          all.runs.put(run, instances().shared() ? preparing.at(instance) : preparing);
          put(running);
          claimed.add(running);
        }
      }
      claimed.forEach(this::answer);
      return claimed;
    }
  }

  private boolean isClaimable(QueueEntry entry, Claim claim, Instant now) {
    return claim.only().filter(id -> !id.equals(entry.id())).isEmpty()
        && entry.notBefore().filter(now::isBefore).isEmpty()
        && (entry.requested() || !claim.requestedOnly())
        && (claim.perRepository() == 0
            || entry.repository().filter(r -> runningOf(r) >= claim.perRepository()).isEmpty())
        && claim.admits().test(entry);
  }

  @Override
  public Optional<WorkOrder> release(WorkOrder claimed, Instant now) {
    synchronized (all) {
      WorkOrder waiting = claimed.release(now);
      if (!update(waiting)) {
        return Optional.empty();
      }
      all.runs.remove(claimed.runs().getLast());
      return Optional.of(waiting);
    }
  }

  @Override
  public Set<WorkOrderId> renew(Set<WorkOrderId> orders, Duration lease) {
    beforeRenewal.run();
    synchronized (all) {
      checkWritable();
      Lease renewed = new Lease(instance, Optional.of(clock.instant().plus(lease)));
      Set<WorkOrderId> lost = new HashSet<>();
      for (WorkOrderId id : orders) {
        WorkOrder order = all.orders.get(id);
        if (order != null
            && order.state() instanceof Running running
            && running.lease().isHeldBy(instance)) {
          all.orders.put(id, order.leased(renewed));
        } else {
          lost.add(id);
        }
      }
      return lost;
    }
  }

  @Override
  public List<WorkOrder> takeExpired(Duration lease, int limit) {
    synchronized (all) {
      checkWritable();
      Instant now = clock.instant();
      Lease mine = new Lease(instance, Optional.of(now.plus(lease)));
      List<WorkOrder> taken =
          orders()
              .filter(order ->
                  order.state() instanceof Running running && running.lease().hasEnded(now))
              .sorted(Comparator.comparing(order -> leaseOf(order).until().orElse(now)))
              .limit(limit)
              .map(order -> order.takeOver(mine, now))
              .toList();
      taken.forEach(this::put);
      taken.forEach(this::answer);
      return taken;
    }
  }

  @Override
  public Iterator<QueueEntry> fromHead() {
    return queued().iterator();
  }

  private List<QueueEntry> queued() {
    return orders().map(QueueEntry::of).flatMap(Optional::stream).sorted(queueOrder).toList();
  }

  @Override
  public OptionalInt position(WorkOrderId id) {
    int index = queued().stream().map(QueueEntry::id).toList().indexOf(id);
    return index < 0 ? OptionalInt.empty() : OptionalInt.of(index + 1);
  }

  @Override
  public Optional<Instant> oldestQueuedAt() {
    return queued().stream().map(QueueEntry::queuedAt).min(Comparator.naturalOrder());
  }

  @Override
  public Optional<Instant> nextBackoffEnd() {
    Instant now = clock.instant();
    return queued().stream()
        .map(QueueEntry::notBefore)
        .flatMap(Optional::stream)
        .filter(now::isBefore)
        .min(Comparator.naturalOrder());
  }

  @Override
  public int runningOf(String repository) {
    return (int)
        running().stream()
            .filter(entry -> entry.repository().filter(repository::equals).isPresent())
            .count();
  }

  @Override
  public List<RunningEntry> running() {
    return orders()
        .filter(order -> order.state() instanceof Running)
        .map(InMemoryStore::entry)
        .sorted(Comparator.comparing(RunningEntry::startedAt).thenComparing(RunningEntry::id))
        .toList();
  }

  private static RunningEntry entry(WorkOrder order) {
    Attempt attempt = order.state().attempt().orElseThrow();
    return new RunningEntry(
        order.id(),
        attempt.run(),
        attempt.startedAt(),
        order.spec().workspaceSource().repository(),
        leaseOf(order).owner());
  }

  @Override
  public UsageLedger usage() {
    return new UsageLedger() {
      @Override
      public void note(RunUsage used) {
        synchronized (all) {
          checkWritable();
          all.usage.putIfAbsent(used.run(), used);
        }
      }

      @Override
      public void forEach(
          Optional<Instant> from, Optional<Instant> to, Consumer<RunUsage> consumer) {
        noted().stream().filter(used -> used.startedIn(from, to)).forEach(consumer);
      }

      @Override
      public Map<String, Usage> ofDay(LocalDate day) {
        Map<String, Usage> sums = new TreeMap<>();
        noted().stream()
            .filter(used -> used.day().equals(day))
            .forEach(used -> sums.merge(used.agentType(), used.usage(), Usage::plus));
        return sums;
      }

      @Override
      public List<BigDecimal> latestCosts(String agentType, int most) {
        return noted().reversed().stream()
            .filter(used -> used.agentType().equals(agentType))
            .flatMap(used -> used.usage().costUsd().stream())
            .limit(most)
            .toList();
      }

      private List<RunUsage> noted() {
        synchronized (all) {
          checkOpen();
          if (usageUnreadable) {
            throw new StoreUnavailableException("What runs used cannot be read.");
          }
          return List.copyOf(all.usage.values());
        }
      }
    };
  }

  @Override
  public AgentPauses agentPauses() {
    return new AgentPauses() {
      @Override
      public Map<String, AgentPause> all() {
        synchronized (all) {
          checkOpen();
          return Map.copyOf(all.agentPauses);
        }
      }

      @Override
      public void set(String agentType, Optional<AgentPause> pause) {
        synchronized (all) {
          checkWritable();
          if (pause.isPresent()) {
            all.agentPauses.put(agentType, pause.get());
          } else {
            all.agentPauses.remove(agentType);
          }
        }
      }

      @Override
      public boolean replace(
          String agentType, Optional<AgentPause> before, Optional<AgentPause> pause) {
        beforeNextPause.getAndSet(() -> {}).run();
        synchronized (all) {
          checkWritable();
          boolean isSame = Optional.ofNullable(all.agentPauses.get(agentType)).equals(before);
          if (isSame) {
            set(agentType, pause);
          }
          return isSame;
        }
      }
    };
  }

  @Override
  public RunArchive archive() {
    return new RunArchive() {
      @Override
      public boolean keepsFiles() {
        return true;
      }

      @Override
      public boolean has(RunId run) {
        synchronized (all) {
          checkOpen();
          return all.archive.containsKey(run);
        }
      }

      @Override
      public void put(RunId run, Files files) throws IOException {
        List<ArchivedPiece> pieces = new ArrayList<>();
        files.writeTo(pieces::add);
        pieces.sort(
            Comparator.comparing(ArchivedPiece::file).thenComparingLong(ArchivedPiece::position));
        synchronized (all) {
          checkWritable();
          Run record = all.runs.get(run);
          if (record != null && record.instance().filter(it -> !it.equals(instance)).isEmpty()) {
            all.archive.put(run, pieces);
          }
        }
      }

      @Override
      public boolean read(RunId run, Sink to) throws IOException {
        List<ArchivedPiece> pieces;
        synchronized (all) {
          checkOpen();
          pieces = all.archive.getOrDefault(run, List.of());
        }
        for (ArchivedPiece piece : pieces) {
          to.take(piece);
        }
        return !pieces.isEmpty();
      }
    };
  }

  @Override
  public Instances instances() {
    return new Instances() {
      @Override
      public boolean shared() {
        return all().size() > 1;
      }

      @Override
      public void announce(InstanceStatus self) {
        synchronized (all) {
          checkWritable();
          all.instances.computeIfPresent(
              instance,
              (id, info) ->
                  new InstanceInfo(
                      id, self, info.startedAt(), clock.instant(), Optional.empty(), true));
        }
      }

      @Override
      public List<InstanceInfo> all() {
        synchronized (all) {
          checkOpen();
          return List.copyOf(all.instances.values());
        }
      }

      @Override
      public Optional<InstanceInfo> find(InstanceId id) {
        synchronized (all) {
          checkOpen();
          return Optional.ofNullable(all.instances.get(id));
        }
      }

      @Override
      public String secret() {
        return "a secret that the instances in memory share";
      }
    };
  }

  @Override
  public boolean isPaused() {
    synchronized (all) {
      checkOpen();
      return all.paused;
    }
  }

  @Override
  public void setPaused(boolean paused) {
    synchronized (all) {
      checkWritable();
      all.paused = paused;
    }
  }

  @Override
  public Position latest() {
    synchronized (all) {
      return new Position("memory", all.changes.size());
    }
  }

  @Override
  public Changes after(Position position, int limit) {
    synchronized (all) {
      int from = (int) position.number();
      int to = all.changes.size();
      if (!position.feed().equals("memory") || to - from > KEPT_CHANGES) {
        return new Changes(List.of(), latest(), true);
      }
      int next = Math.min(to, from + limit);
      return new Changes(all.changes.subList(from, next), new Position("memory", next), false);
    }
  }

  @Override
  public boolean await(Position position, Duration atMost) throws InterruptedException {
    long until = System.nanoTime() + atMost.toNanos();
    synchronized (all) {
      while (position.feed().equals("memory") && position.number() >= all.changes.size()) {
        long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
        if (left <= 0) {
          return false;
        }
        all.wait(left);
      }
      return true;
    }
  }

  @Override
  public WorkOrders workOrders() {
    return this;
  }

  @Override
  public Runs runs() {
    return this;
  }

  @Override
  public WorkQueue queue() {
    return this;
  }

  @Override
  public ChangeFeed changes() {
    return this;
  }

  @Override
  public InstanceId instance() {
    return instance;
  }

  @Override
  public StoreHealth health() {
    synchronized (all) {
      return new StoreHealth(
          failure,
          all.unreadable.isEmpty()
              ? Optional.empty()
              : Optional.of(all.unreadable.size() + " unreadable orders"));
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}
