package dev.agentgate.store.postgres;

import dev.agentgate.store.Claim;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.store.WorkQueue;
import dev.agentgate.store.postgres.OrderWriter.Written;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.Lease;
import dev.agentgate.workorder.QueueEntry;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderStatus;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jboss.logging.Logger;

/** The queue and the running orders. */
final class PostgresQueue implements WorkQueue {
  private static final Logger LOG = Logger.getLogger(PostgresQueue.class);
  private static final int FIRST_PAGE = 50;
  private static final int PAGE = 1_000;

  private final Database database;
  private final Instance instance;
  private final OrderWriter writer;
  private final PostgresWorkOrders orders;
  private final PostgresChangeFeed changes;
  private final Clock clock;
  private final ClockSteps steps = new ClockSteps();
  private final QueuePositions positions;

  PostgresQueue(
      Database database,
      Instance instance,
      OrderWriter writer,
      PostgresWorkOrders orders,
      PostgresChangeFeed changes,
      Clock clock) {
    this.database = database;
    this.instance = instance;
    this.writer = writer;
    this.orders = orders;
    this.changes = changes;
    this.clock = clock;
    this.positions = new QueuePositions(database);
  }

  @Override
  public List<WorkOrder> claim(Claim claim) {
    List<WorkOrder> claimed =
        database.transaction(connection ->
            new Claiming(connection, instance, writer, claim, clock.instant()).claim());
    if (!claimed.isEmpty()) {
      changes.tell();
    }
    return claimed;
  }

  @Override
  public Optional<WorkOrder> release(WorkOrder claimed, Instant now) {
    WorkOrder waiting = claimed.release(now);
    if (!orders.update(waiting, Optional.of(claimed.runs().getLast()))) {
      return Optional.empty();
    }
    return Optional.of(waiting);
  }

  @Override
  public Set<WorkOrderId> renew(Set<WorkOrderId> running, Duration lease) {
    Set<WorkOrderId> lost = new HashSet<>(running);
    lost.removeAll(
        database.renew(connection -> {
          instance.renewOrReturn(connection, lease);
          return owned(connection);
        }));
    return lost;
  }

  private Set<WorkOrderId> owned(Connection connection) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT id FROM running WHERE owner = ?")) {
      select.setString(1, instance.stored());
      return new HashSet<>(OrderRows.ids(select));
    }
  }

  @Override
  public List<WorkOrder> takeExpired(Duration lease, int limit) {
    List<WorkOrder> taken =
        database.transaction(connection -> {
          Instant before = clock.instant();
          Instant now = instance.now(connection);
          if (!steps.mayTrust(before, now, clock.instant(), lease)) {
            return List.of();
          }
          List<String> silent = lockSilent(connection, now);
          List<WorkOrder> expired =
              silent.isEmpty() ? List.of() : expired(connection, silent, limit);
          if (expired.isEmpty()) {
            return expired;
          }
          Lease mine = new Lease(instance.id(), Optional.of(instance.renew(connection, lease)));
          List<WorkOrder> mineNow =
              expired.stream().map(order -> order.takeOver(mine, clock.instant())).toList();
          writer.write(
              connection,
              mineNow.stream()
                  .map(order -> new Written(Optional.of(WorkOrderStatus.RUNNING), order))
                  .toList());
          return mineNow;
        });
    if (!taken.isEmpty()) {
      changes.tell();
    }
    return taken;
  }

  /**
   * Locks the rows of the other instances whose leases have ended, so that they cannot renew them
   * while their orders are taken over. An instance that hangs in the middle of a transaction may
   * have locked its own row; it keeps nobody from the orders of the others.
   */
  private List<String> lockSilent(Connection connection, Instant now) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT id FROM instances WHERE lease_until <= ? AND id <> ?
              AND id IN (SELECT owner FROM running)
            ORDER BY id FOR SHARE SKIP LOCKED
            """)) {
      select.setObject(1, OrderRows.parameter(now), OrderRows.INSTANT);
      select.setString(2, instance.stored());
      List<String> ids = new ArrayList<>();
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          ids.add(rows.getString(1));
        }
      }
      return ids;
    }
  }

  private static List<WorkOrder> expired(Connection connection, List<String> owners, int limit)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            OrderRows.ORDER
                + """
                JOIN running r ON r.id = o.id
                WHERE o.owner = ANY (?)
                ORDER BY i.lease_until, r.started_at, o.id LIMIT ?
                FOR UPDATE OF o SKIP LOCKED
                """)) {
      select.setArray(1, connection.createArrayOf("text", owners.toArray()));
      select.setInt(2, limit);
      List<WorkOrder> orders = new ArrayList<>();
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          read(rows).ifPresent(orders::add);
        }
      }
      return orders;
    }
  }

  /** Returns an order; empty if it cannot be read: it must not hold up the others. */
  private static Optional<WorkOrder> read(ResultSet row) throws SQLException {
    try {
      return Optional.of(OrderRows.order(row));
    } catch (StoreUnavailableException e) {
      LOG.warnf("An order is not taken over: %s", e.getMessage());
      return Optional.empty();
    }
  }

  @Override
  public Iterator<QueueEntry> fromHead() {
    Iterator<Placed> placed = new Pages<>(this::page);
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return placed.hasNext();
      }

      @Override
      public QueueEntry next() {
        return placed.next().entry();
      }
    };
  }

  private List<Placed> page(Optional<Placed> last) {
    return database.single(connection -> {
      try (PreparedStatement select =
          connection.prepareStatement(
              OrderRows.ENTRY
                  + (last.isPresent() ? "WHERE " + Placed.BEHIND : "")
                  + Placed.ORDER
                  + " LIMIT "
                  + (last.isPresent() ? PAGE : FIRST_PAGE))) {
        if (last.isPresent()) {
          last.get().setPlace(new Parameters(select));
        }
        return Placed.read(select);
      }
    });
  }

  @Override
  public List<QueueEntry> expired(Instant now, int limit) {
    return database.single(connection -> {
      try (PreparedStatement select =
          connection.prepareStatement(
              OrderRows.ENTRY + "WHERE expires_at <= ? ORDER BY expires_at LIMIT ?")) {
        select.setLong(1, StoredTime.write(now));
        select.setInt(2, limit);
        return OrderRows.entries(select);
      }
    });
  }

  @Override
  public OptionalInt position(WorkOrderId id) {
    return positions.of(id);
  }

  @Override
  public Optional<Instant> oldestQueuedAt() {
    return time("SELECT min(queued_at) FROM queue WHERE queued_at > ?", Long.MIN_VALUE);
  }

  @Override
  public Optional<Instant> nextBackoffEnd() {
    return time(
        "SELECT min(not_before) FROM queue WHERE not_before > ?",
        StoredTime.write(clock.instant()));
  }

  private Optional<Instant> time(String sql, long after) {
    return database.single(connection -> {
      try (PreparedStatement select = connection.prepareStatement(sql)) {
        select.setLong(1, after);
        try (ResultSet row = select.executeQuery()) {
          row.next();
          long stored = row.getLong(1);
          return row.wasNull() ? Optional.empty() : Optional.of(StoredTime.read(stored));
        }
      }
    });
  }

  @Override
  public int runningOf(String repository) {
    return database.single(connection -> {
      try (PreparedStatement select =
          connection.prepareStatement("SELECT count(*) FROM running WHERE repository = ?")) {
        select.setString(1, StoredText.escape(repository));
        try (ResultSet row = select.executeQuery()) {
          row.next();
          return row.getInt(1);
        }
      }
    });
  }

  @Override
  public List<RunningEntry> running() {
    return database.single(connection -> {
      try (PreparedStatement select =
              connection.prepareStatement(
                  """
                  SELECT id, run, started_at, repository, owner FROM running
                  ORDER BY started_at, id
                  """);
          ResultSet rows = select.executeQuery()) {
        List<RunningEntry> entries = new ArrayList<>();
        while (rows.next()) {
          entries.add(
              new RunningEntry(
                  OrderRows.id(rows.getString("id")),
                  RunId.parse(rows.getString("run")).orElseThrow(),
                  StoredTime.read(rows.getLong("started_at")),
                  OrderRows.text(rows, "repository"),
                  new InstanceId(StoredText.unescape(rows.getString("owner")))));
        }
        return entries;
      }
    });
  }

  @Override
  public boolean isPaused() {
    return database.single(Claiming::isPaused);
  }

  @Override
  public void setPaused(boolean paused) {
    int _ =
        database.write(connection -> {
          // After a claim that is under way: nothing starts once the pause is acknowledged.
          Locks.claims(connection);
          try (PreparedStatement update =
              connection.prepareStatement("UPDATE service SET paused = ?")) {
            update.setBoolean(1, paused);
            return update.executeUpdate();
          }
        });
    changes.tell();
  }
}
