package dev.agentgate.store.postgres;

import dev.agentgate.store.Claim;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.store.postgres.OrderWriter.Written;
import dev.agentgate.workorder.Lease;
import dev.agentgate.workorder.QueueEntry;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderStatus;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * One claim, in one transaction. All claims of all instances come one after the other: side by
 * side, two could together exceed a limit that each had checked. So each takes orders for all of
 * its free slots.
 */
final class Claiming {
  private static final Logger LOG = Logger.getLogger(Claiming.class);

  private static final int FIRST_PAGE = 50;
  private static final int PAGE = 1_000;

  private final Connection connection;
  private final Instance instance;
  private final OrderWriter writer;
  private final Claim claim;
  private final Instant now;

  /** How many orders of each repository run, those claimed here included. */
  private final Map<String, Integer> running = new HashMap<>();

  private final Map<String, WorkOrder> held = new HashMap<>();

  /** The orders that were chosen: one that gets another place meanwhile is read again. */
  private final Set<WorkOrderId> seen = new HashSet<>();

  /**
   * @param now the time by the clock of the orders
   */
  Claiming(Connection connection, Instance instance, OrderWriter writer, Claim claim, Instant now) {
    this.connection = connection;
    this.instance = instance;
    this.writer = writer;
    this.claim = claim;
    this.now = now;
  }

  /** Claims; returns the claimed orders in the queue's order. */
  List<WorkOrder> claim() throws SQLException {
    Locks.claims(connection);
    if (claim.slots() <= 0 || isPaused(connection)) {
      return List.of();
    }
    countRunning();
    List<WorkOrder> waiting = hold();
    if (waiting.isEmpty()) {
      return List.of();
    }
    Instant until = instance.renew(connection, claim.lease());
    Lease lease = new Lease(instance.id(), Optional.of(until));
    List<WorkOrder> claimed = new ArrayList<>();
    List<Run> runs = new ArrayList<>();
    for (WorkOrder order : waiting) {
      RunId run = RunId.next(now);
      claimed.add(order.start(run, now, lease));
      runs.add(Run.preparing(run, order.id(), claimed.getLast().attempts(), now).at(instance.id()));
    }
    PostgresRuns.add(connection, runs);
    writer.write(
        connection,
        claimed.stream()
            .map(order -> new Written(Optional.of(WorkOrderStatus.QUEUED), order))
            .toList());
    return claimed;
  }

  static boolean isPaused(Connection connection) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement("SELECT paused FROM service");
        ResultSet row = select.executeQuery()) {
      return row.next() && row.getBoolean(1);
    }
  }

  private void countRunning() throws SQLException {
    if (claim.perRepository() == 0) {
      return;
    }
    try (PreparedStatement select =
            connection.prepareStatement(
                """
                SELECT repository, count(*) FROM running WHERE repository IS NOT NULL
                GROUP BY repository
                """);
        ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        running.put(StoredText.unescape(rows.getString(1)), rows.getInt(2));
      }
    }
  }

  /** Locks the orders that may start, from the head on, until there are enough. */
  private List<WorkOrder> hold() throws SQLException {
    List<String> refused = claim.refusedAgents().get().stream().map(StoredText::escape).toList();
    List<WorkOrder> all = new ArrayList<>();
    Optional<Placed> last = Optional.empty();
    int limit = FIRST_PAGE;
    do {
      List<Placed> page = page(last, refused, limit);
      Iterator<QueueEntry> entries = page.stream().map(Placed::entry).iterator();
      List<QueueEntry> chosen;
      do {
        chosen = choose(entries, claim.slots() - all.size());
        all.addAll(lock(chosen));
      } while (!chosen.isEmpty() && all.size() < claim.slots());
      boolean more = page.size() == limit && all.size() < claim.slots();
      last = more ? Optional.of(page.getLast()) : Optional.empty();
      limit = PAGE;
    } while (last.isPresent());
    return all;
  }

  /**
   * Returns the next entries of the queue, without most of those that cannot start: all other
   * claims wait while this one reads. The limit makes the database read the index; without it, each
   * claim would sort the whole queue.
   *
   * @param refused the agents that are left out
   */
  private List<Placed> page(Optional<Placed> last, List<String> refused, int limit)
      throws SQLException {
    List<String> full = fullRepositories();
    try (PreparedStatement select =
        connection.prepareStatement(
            OrderRows.ENTRY
                + "WHERE (not_before IS NULL OR not_before <= ?)"
                + (claim.only().isPresent() ? " AND id = ?" : "")
                + (claim.requestedOnly() ? " AND requested" : "")
                + (refused.isEmpty() ? "" : " AND agent_type <> ALL (?)")
                + (full.isEmpty() ? "" : " AND (repository IS NULL OR repository <> ALL (?))")
                + (last.isPresent() ? " AND " + Placed.BEHIND : "")
                + Placed.ORDER
                + " LIMIT ?")) {
      Parameters parameters = new Parameters(select).time(now);
      if (claim.only().isPresent()) {
        parameters.plain(claim.only().get().value());
      }
      if (!refused.isEmpty()) {
        parameters.plain(refused);
      }
      if (!full.isEmpty()) {
        parameters.plain(full);
      }
      if (last.isPresent()) {
        last.get().setPlace(parameters);
      }
      Parameters _ = parameters.number(limit);
      return Placed.read(select);
    }
  }

  /** Chooses the next orders that may start; none if there are no more. */
  private List<QueueEntry> choose(Iterator<QueueEntry> entries, int most) {
    List<QueueEntry> chosen = new ArrayList<>();
    while (chosen.size() < most && entries.hasNext()) {
      QueueEntry entry = entries.next();
      if (!seen.contains(entry.id()) && !isFull(entry) && claim.admits().test(entry)) {
        seen.add(entry.id());
        chosen.add(entry);
        count(entry, 1);
      }
    }
    return chosen;
  }

  private boolean isFull(QueueEntry entry) {
    return entry.repository().filter(this::isFull).isPresent();
  }

  private boolean isFull(String repository) {
    return claim.perRepository() > 0
        && running.getOrDefault(repository, 0) >= claim.perRepository();
  }

  private List<String> fullRepositories() {
    return running.keySet().stream().filter(this::isFull).map(StoredText::escape).toList();
  }

  private void count(QueueEntry entry, int by) {
    entry.repository().ifPresent(name -> running.merge(name, by, Integer::sum));
  }

  /**
   * Locks the chosen orders. An order that is being changed at this moment is left out, and so is
   * one that has changed since the queue was read.
   */
  private List<WorkOrder> lock(List<QueueEntry> chosen) throws SQLException {
    if (chosen.isEmpty()) {
      return List.of();
    }
    held.clear();
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT id, body FROM work_orders WHERE id = ANY (?) AND status = 'queued'
            FOR UPDATE SKIP LOCKED
            """)) {
      select.setArray(
          1,
          connection.createArrayOf(
              "text", chosen.stream().map(entry -> entry.id().value()).toArray()));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          read(rows);
        }
      }
    }
    List<WorkOrder> locked = new ArrayList<>();
    for (QueueEntry entry : chosen) {
      WorkOrder order = held.get(entry.id().value());
      if (order != null && QueueEntry.of(order).filter(entry::equals).isPresent()) {
        locked.add(order);
      } else {
        count(entry, -1);
      }
    }
    return locked;
  }

  private void read(ResultSet row) throws SQLException {
    String id = row.getString("id");
    try {
      held.put(id, OrderRows.body(id, row.getBytes("body")));
    } catch (StoreUnavailableException e) {
      LOG.warnf("%s cannot start: %s", id, e.getMessage());
    }
  }
}
