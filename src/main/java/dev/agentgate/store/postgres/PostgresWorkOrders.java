package dev.agentgate.store.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.agentgate.store.StatusCounts;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.store.WorkOrderFilter;
import dev.agentgate.store.WorkOrderIdPage;
import dev.agentgate.store.WorkOrders;
import dev.agentgate.store.postgres.OrderWriter.Written;
import dev.agentgate.workorder.IdempotencyKey;
import dev.agentgate.workorder.Lease;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderState.Running;
import dev.agentgate.workorder.WorkOrderStatus;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The orders. Each change locks its order's row, whose revision and owner decide a race. */
final class PostgresWorkOrders implements WorkOrders {
  private static final int IDS_AT_ONCE = 1_000;

  /** How often a key is tried whose holder is being removed. */
  private static final int TAKES = 3;

  private final Database database;
  private final Instance instance;
  private final OrderWriter writer;

  /** In the order in which {@link #takeFree} takes keys too. */
  private final GroupCommit<WorkOrder, Boolean> keyed =
      new GroupCommit<>(
          Comparator.comparing(
              order -> key(order).orElseThrow().getBytes(UTF_8), Arrays::compareUnsigned),
          PostgresWorkOrders::bytes,
          orders -> add(true, orders));

  private final GroupCommit<WorkOrder, Boolean> keyless =
      new GroupCommit<>(
          Comparator.comparing(WorkOrder::id),
          PostgresWorkOrders::bytes,
          orders -> add(false, orders));

  private final Counts counts;
  private final PostgresChangeFeed changes;

  PostgresWorkOrders(
      Database database, Instance instance, OrderWriter writer, PostgresChangeFeed changes) {
    this.database = database;
    this.instance = instance;
    this.writer = writer;
    this.counts = new Counts(database);
    this.changes = changes;
  }

  @Override
  public Optional<WorkOrder> insert(WorkOrder order) {
    if (order.status() != WorkOrderStatus.QUEUED || !added(order)) {
      return insertAll(List.of(order)).getFirst();
    }
    changes.tell();
    return Optional.empty();
  }

  /** Estimates the size of the parameters that an order is added with. */
  private static long bytes(WorkOrder order) {
    return 2_000 + 2L * order.spec().taskPrompt().length();
  }

  private boolean added(WorkOrder order) {
    return order.idempotencyKey().isPresent() ? keyed.write(order) : keyless.write(order);
  }

  private List<Boolean> add(boolean keyed, List<WorkOrder> orders) {
    return database.singleWrite(connection -> writer.add(connection, instance, keyed, orders));
  }

  @Override
  public List<Optional<WorkOrder>> insertAll(List<WorkOrder> orders) {
    List<Optional<WorkOrder>> earlier =
        database.write(connection -> {
          Locks.limit(connection);
          Map<String, WorkOrder> holders = byKey(orders);
          takeKeys(connection, holders);
          List<Written> added = new ArrayList<>();
          List<Optional<WorkOrder>> found = new ArrayList<>();
          for (WorkOrder order : orders) {
            Optional<WorkOrder> holder =
                key(order).map(holders::get).filter(it -> !it.id().equals(order.id()));
            found.add(holder);
            if (holder.isEmpty()) {
              added.add(Written.added(order));
            }
          }
          writer.write(connection, added);
          // Last: a copy of a file store that begins waits for what is written here.
          instance.requireCurrent(connection);
          return found;
        });
    changes.tell();
    return earlier;
  }

  /** Returns the orders with an idempotency key by this key, the first one of each key. */
  static Map<String, WorkOrder> byKey(List<WorkOrder> orders) {
    Map<String, WorkOrder> byKey = new TreeMap<>();
    orders.forEach(order -> key(order).ifPresent(key -> byKey.putIfAbsent(key, order)));
    return byKey;
  }

  private static Optional<String> key(WorkOrder order) {
    return order.idempotencyKey().map(IdempotencyKey::key).map(StoredText::escape);
  }

  /**
   * Takes the keys for new orders. If a key is taken already, its holder replaces the new order.
   *
   * @param holders the new orders by their keys. The keys are taken in their order, so that two
   *     batches never wait for each other
   */
  private static void takeKeys(Connection connection, Map<String, WorkOrder> holders)
      throws SQLException {
    Map<String, WorkOrder> open = new TreeMap<>(holders);
    for (int attempt = 0; attempt < TAKES && !open.isEmpty(); attempt++) {
      takeFree(connection, open);
      // A holder that was removed in between has left its key free.
      open.keySet().removeAll(findHolders(connection, open.keySet(), holders));
    }
  }

  /** Takes the keys that are free, and removes them from the map. */
  static void takeFree(Connection connection, Map<String, WorkOrder> open) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            """
            INSERT INTO idempotency_keys (key, order_id)
            SELECT * FROM unnest(?, ?) AS taken (key, order_id) ORDER BY key COLLATE "C"
            ON CONFLICT DO NOTHING RETURNING key
            """)) {
      Parameters _ =
          new Parameters(insert)
              .plain(List.copyOf(open.keySet()))
              .plain(open.values().stream().map(order -> order.id().value()).toList());
      try (ResultSet taken = insert.executeQuery()) {
        while (taken.next()) {
          open.remove(taken.getString(1));
        }
      }
    }
  }

  /** Puts the holders of keys that are taken into the map; returns these keys. */
  private static Set<String> findHolders(
      Connection connection, Set<String> keys, Map<String, WorkOrder> holders) throws SQLException {
    if (keys.isEmpty()) {
      return Set.of();
    }
    Set<String> held = new HashSet<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            OrderRows.ORDER
                .replace("SELECT ", "SELECT k.key, ")
                .concat("JOIN idempotency_keys k ON k.order_id = o.id WHERE k.key = ANY (?)"))) {
      Parameters _ = new Parameters(select).plain(List.copyOf(keys));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          held.add(rows.getString("key"));
          holders.put(rows.getString("key"), OrderRows.order(rows));
        }
      }
    }
    return held;
  }

  @Override
  public boolean update(WorkOrder order) {
    return update(order, Optional.empty());
  }

  /**
   * Replaces an order by its next revision.
   *
   * @param unbegun a run whose record is removed in the same step
   */
  boolean update(WorkOrder order, Optional<RunId> unbegun) {
    boolean updated =
        database.write(connection -> {
          Optional<WorkOrderStatus> before = lock(connection, order.id(), order.revision() - 1);
          if (before.isEmpty()) {
            return false;
          }
          // The owner cannot be changed here: it is this instance.
          WorkOrder kept =
              before.get() == WorkOrderStatus.RUNNING && order.state() instanceof Running
                  ? order.leased(new Lease(instance.id(), Optional.empty()))
                  : order;
          writer.write(connection, List.of(new Written(before, kept)));
          if (unbegun.isPresent()) {
            int _ = PostgresRuns.remove(connection, unbegun.get());
          }
          return true;
        });
    if (updated) {
      changes.tell();
    }
    return updated;
  }

  @Override
  public boolean remove(WorkOrder order) {
    boolean removed =
        database.write(connection -> {
          if (lock(connection, order.id(), order.revision()).isEmpty()) {
            return false;
          }
          for (RunId run : order.runs()) {
            int _ = PostgresRuns.remove(connection, run);
          }
          writer.remove(connection, order);
          return true;
        });
    if (removed) {
      changes.tell();
    }
    return removed;
  }

  /**
   * Locks an order's row until the end of the transaction.
   *
   * @return its status; empty if it has another revision, if it is gone, or if another instance
   *     owns it
   * @throws StoreUnavailableException if a later process of this instance has opened the store
   */
  private Optional<WorkOrderStatus> lock(Connection connection, WorkOrderId id, long revision)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT status, "
                + Locks.LIMITS
                + " FROM work_orders WHERE id = ? AND revision = ?"
                + " AND (owner IS NULL OR owner = ?) AND "
                + Instance.IS_CURRENT
                + " FOR UPDATE")) {
      select.setString(1, id.value());
      select.setLong(2, revision);
      select.setString(3, instance.stored());
      instance.set(select, 4);
      try (ResultSet row = select.executeQuery()) {
        if (row.next()) {
          return WorkOrderStatus.parse(row.getString(1));
        }
      }
    }
    // Nobody may try again and again what cannot succeed.
    instance.requireCurrent(connection);
    return Optional.empty();
  }

  @Override
  public Optional<WorkOrder> find(WorkOrderId id) {
    return findBy("WHERE o.id = ?", id.value());
  }

  @Override
  public Optional<WorkOrder> findByIdempotencyKey(String key) {
    return findBy(
        "WHERE o.id = (SELECT order_id FROM idempotency_keys WHERE key = ?)",
        StoredText.escape(key));
  }

  private Optional<WorkOrder> findBy(String condition, String parameter) {
    return database.single(connection -> {
      try (PreparedStatement select = connection.prepareStatement(OrderRows.ORDER + condition)) {
        select.setString(1, parameter);
        try (ResultSet row = select.executeQuery()) {
          return row.next() ? Optional.of(OrderRows.order(row)) : Optional.empty();
        }
      }
    });
  }

  @Override
  public WorkOrderIdPage page(WorkOrderFilter filter, Optional<WorkOrderId> before, int limit) {
    List<WorkOrderId> ids = matching(filter, before, limit + 1);
    boolean hasMore = ids.size() > limit;
    return new WorkOrderIdPage(hasMore ? ids.subList(0, limit) : ids, total(filter), hasMore);
  }

  private long total(WorkOrderFilter filter) {
    if (filter.equals(WorkOrderFilter.ofStatuses(filter.statuses()))) {
      StatusCounts all = counts.all();
      return filter.statuses().isEmpty()
          ? all.total()
          : filter.statuses().stream().mapToLong(all::of).sum();
    }
    return database.single(connection -> {
      try (PreparedStatement select =
              new FilterSql(filter)
                  .prepare(connection, "SELECT count(*) FROM work_orders WHERE %s");
          ResultSet row = select.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    });
  }

  @Override
  public List<WorkOrderId> matching(
      WorkOrderFilter filter, Optional<WorkOrderId> before, int limit) {
    FilterSql sql = new FilterSql(filter).before(before);
    return database.single(connection -> {
      try (PreparedStatement select =
          sql.prepare(connection, "SELECT id FROM work_orders WHERE %s ORDER BY id DESC LIMIT ?")) {
        select.setInt(sql.next(), limit);
        return OrderRows.ids(select);
      }
    });
  }

  @Override
  public StatusCounts counts() {
    return counts.all();
  }

  @Override
  public List<WorkOrderId> terminalBefore(
      Set<WorkOrderStatus> statuses, Instant cutoff, int limit) {
    return database.single(connection -> {
      try (PreparedStatement select =
          connection.prepareStatement(
              """
              SELECT id FROM work_orders
              WHERE status IN ('completed', 'failed', 'cancelled') AND status = ANY (?)
                AND updated_at < ?
              ORDER BY updated_at, id LIMIT ?
              """)) {
        select.setArray(
            1,
            connection.createArrayOf(
                "text", statuses.stream().map(WorkOrderStatus::wireName).toArray()));
        select.setLong(2, StoredTime.write(cutoff));
        select.setInt(3, limit);
        return OrderRows.ids(select);
      }
    });
  }

  @Override
  public Iterator<WorkOrderId> ids() {
    return new Pages<WorkOrderId>(last -> matching(WorkOrderFilter.ALL, last, IDS_AT_ONCE));
  }
}
