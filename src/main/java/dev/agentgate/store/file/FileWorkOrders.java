package dev.agentgate.store.file;

import dev.agentgate.store.StatusCounts;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.store.WorkOrderFilter;
import dev.agentgate.store.WorkOrderIdPage;
import dev.agentgate.store.WorkOrders;
import dev.agentgate.store.json.UnreadableRecordException;
import dev.agentgate.store.json.WorkOrderCodec;
import dev.agentgate.workorder.IdempotencyKey;
import dev.agentgate.workorder.QueueEntry;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderStatus;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The orders. The index knows which orders exist; the body is in the write-behind or in a file. */
final class FileWorkOrders implements WorkOrders {
  private static final Logger LOG = Logger.getLogger(FileWorkOrders.class);

  private final OpenIndex index;
  private final OrderFiles files;
  private final WriteBehind writeBehind;
  private final Journal journal;
  private final SharedStrings shared;
  private final ReadOrders listed = new ReadOrders();

  /** An order is always held before its idempotency key. */
  private final Exclusion changing = new Exclusion();

  FileWorkOrders(
      OpenIndex index,
      OrderFiles files,
      WriteBehind writeBehind,
      Journal journal,
      SharedStrings shared) {
    this.index = index;
    this.files = files;
    this.writeBehind = writeBehind;
    this.journal = journal;
    this.shared = shared;
  }

  @Override
  public Optional<WorkOrder> insert(WorkOrder order) {
    Change.Put put = put(order);
    awaitRoom();
    return changing.holding(
        order.id(),
        () ->
            order
                .idempotencyKey()
                .map(key -> changing.holding(key.key(), () -> insertHeld(put)))
                .orElseGet(() -> insertHeld(put)));
  }

  private Optional<WorkOrder> insertHeld(Change.Put put) {
    Optional<WorkOrder> earlier =
        put.order().idempotencyKey().flatMap(key -> findByIdempotencyKey(key.key()));
    if (earlier.isPresent()) {
      return earlier;
    }
    refuseKnown(put);
    journal.append(put);
    return Optional.empty();
  }

  private void refuseKnown(Change.Put put) {
    if (index.get().get(put.order().id()) != null) {
      throw new IllegalArgumentException(put.order().id() + " is already in the store");
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>Only the keys are held: nobody else knows the new orders yet.
   */
  @Override
  public List<Optional<WorkOrder>> insertAll(List<WorkOrder> orders) {
    List<Change.Put> puts = orders.stream().map(this::put).toList();
    NavigableSet<String> keys = new TreeSet<>();
    for (WorkOrder order : orders) {
      order.idempotencyKey().map(IdempotencyKey::key).ifPresent(keys::add);
    }
    awaitRoom();
    return changing.holdingAll(keys, () -> insertAllHeld(puts));
  }

  private List<Optional<WorkOrder>> insertAllHeld(List<Change.Put> puts) {
    Map<String, WorkOrder> newHolders = new HashMap<>();
    List<Change> added = new ArrayList<>(puts.size());
    List<Optional<WorkOrder>> earlier = new ArrayList<>(puts.size());
    for (Change.Put put : puts) {
      Optional<String> key = put.order().idempotencyKey().map(IdempotencyKey::key);
      Optional<WorkOrder> holder =
          key.flatMap(
              it -> Optional.ofNullable(newHolders.get(it)).or(() -> findByIdempotencyKey(it)));
      if (holder.isEmpty()) {
        refuseKnown(put);
        added.add(put);
        key.ifPresent(it -> newHolders.put(it, put.order()));
      }
      earlier.add(holder);
    }
    if (!added.isEmpty()) {
      journal.append(added);
    }
    return earlier;
  }

  @Override
  public boolean update(WorkOrder order) {
    if (!isAt(order.id(), order.revision() - 1)) {
      return false;
    }
    Change.Put put = put(order);
    awaitRoom();
    return changing.holding(
        order.id(),
        () -> {
          if (!isAt(order.id(), order.revision() - 1)) {
            return false;
          }
          journal.append(put);
          return true;
        });
  }

  @Override
  public boolean remove(WorkOrder order) {
    return changing.holding(
        order.id(),
        () -> {
          if (!isAt(order.id(), order.revision())) {
            return false;
          }
          journal.append(new Change.Remove(order.id(), order.revision()));
          try {
            writeBehind.removeFile(order.id());
          } catch (IOException e) {
            LOG.errorf(
                "The file of the removed order %s could not be deleted, retrying: %s",
                order.id(), Journal.reason(e));
            throw new StoreUnavailableException(
                "The work order was removed, but its file could not be deleted yet: "
                    + Journal.reason(e)
                    + ".",
                e);
          }
          return true;
        });
  }

  /**
   * Holds an order that waits as the entry describes, so that only the caller can change it until
   * {@link #letGo}.
   *
   * @return empty if someone else is changing the order or has changed it; nothing is held then
   */
  Optional<WorkOrder> hold(QueueEntry entry) {
    if (!changing.tryHold(entry.id())) {
      return Optional.empty();
    }
    boolean held = false;
    try {
      Optional<WorkOrder> order = find(entry.id()).filter(found -> isWaiting(found, entry));
      held = order.isPresent();
      return order;
    } finally {
      if (!held) {
        letGo(entry.id());
      }
    }
  }

  private static boolean isWaiting(WorkOrder order, QueueEntry as) {
    return QueueEntry.of(order).filter(as::equals).isPresent();
  }

  void letGo(WorkOrderId id) {
    changing.release(id);
  }

  /**
   * Does something while no one can change an order, if it is as the entry describes and its file
   * is written.
   */
  void whileUnchanged(IndexEntry entry, Runnable action) {
    changing.holding(
        entry.id(),
        () -> {
          if (entry.equals(index.get().get(entry.id()))
              && writeBehind.pending(entry.id()).isEmpty()) {
            action.run();
          }
          return entry;
        });
  }

  private boolean isAt(WorkOrderId id, long revision) {
    IndexEntry entry = index.get().get(id);
    return entry != null && entry.revision() == revision;
  }

  Change.Put put(WorkOrder order) {
    return new Change.Put(order, WorkOrderCodec.encode(order), IndexEntry.of(order, shared));
  }

  private void awaitRoom() {
    index.check();
    writeBehind.awaitRoom();
  }

  @Override
  public Optional<WorkOrder> findByIdempotencyKey(String key) {
    @Nullable WorkOrderId holder = index.get().holderOf(key);
    return holder == null ? Optional.empty() : find(holder);
  }

  @Override
  public Optional<WorkOrder> find(WorkOrderId id) {
    WorkOrderIndex known = index.get();
    @Nullable IndexEntry entry = known.get(id);
    if (entry == null) {
      return Optional.empty();
    }
    Optional<WorkOrder> found = read(known, id);
    if (found.filter(order -> order.revision() < entry.revision()).isEmpty()) {
      return found;
    }
    // A removal may have taken the newest body and not yet the file of an earlier revision.
    if (known.get(id) == null) {
      return Optional.empty();
    }
    throw new StoreUnavailableException(
        "The file of " + id + " is not up to date, so the order cannot be read.");
  }

  @Override
  public Optional<WorkOrder> findListed(WorkOrderId id) {
    @Nullable IndexEntry entry = index.get().get(id);
    if (entry == null || writeBehind.pending(id).isPresent()) {
      return WorkOrders.super.findListed(id);
    }
    ReadOrders.Version version;
    try {
      version = ReadOrders.Version.of(files.path(id));
    } catch (IOException e) {
      return WorkOrders.super.findListed(id);
    }
    // Two revisions may have been written within one tick of the file system's clock.
    Optional<WorkOrder> kept =
        listed.find(id, version).filter(order -> order.revision() >= entry.revision());
    if (kept.isPresent()) {
      return kept;
    }
    Optional<WorkOrder> read = WorkOrders.super.findListed(id);
    read.filter(order -> order.revision() == entry.revision())
        .ifPresent(order -> listed.keep(version, order));
    return read;
  }

  /** Reads an order that was in the index; empty if it was removed meanwhile. */
  private Optional<WorkOrder> read(WorkOrderIndex known, WorkOrderId id) {
    Optional<WorkOrder> body = writeBehind.pending(id);
    if (body.isPresent()) {
      return body;
    }
    try {
      OrderFiles.Content content = OrderFiles.read(files.path(id).toFile());
      return Optional.of(WorkOrderCodec.decode(content.bytes(), content.length()));
    } catch (IOException e) {
      if (known.get(id) == null) {
        return Optional.empty();
      }
      throw unreadable(id, Journal.reason(e), e);
    } catch (UnreadableRecordException e) {
      throw unreadable(id, String.valueOf(e.getMessage()), e);
    }
  }

  private static StoreUnavailableException unreadable(WorkOrderId id, String why, Exception e) {
    LOG.errorf("The file of %s cannot be read: %s", id, why);
    return new StoreUnavailableException("The file of " + id + " cannot be read: " + why + ".", e);
  }

  @Override
  public WorkOrderIdPage page(WorkOrderFilter filter, Optional<WorkOrderId> before, int limit) {
    return index.get().page(filter, before, limit);
  }

  @Override
  public List<WorkOrderId> matching(
      WorkOrderFilter filter, Optional<WorkOrderId> before, int limit) {
    return index.get().matching(filter, before, limit);
  }

  @Override
  public StatusCounts counts() {
    return index.get().counts();
  }

  @Override
  public List<WorkOrderId> terminalBefore(
      Set<WorkOrderStatus> statuses, Instant cutoff, int limit) {
    return index.get().terminalBefore(statuses, cutoff, limit);
  }

  @Override
  public Iterator<WorkOrderId> ids() {
    return index.get().ids();
  }
}
