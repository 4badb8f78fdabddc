package dev.agentgate.store.postgres;

import dev.agentgate.store.json.WorkOrderCodec;
import dev.agentgate.workorder.IdempotencyKey;
import dev.agentgate.workorder.QueueEntry;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderState.Attempt;
import dev.agentgate.workorder.WorkOrderState.Failed;
import dev.agentgate.workorder.WorkOrderState.Running;
import dev.agentgate.workorder.WorkOrderStatus;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * Writes orders into all tables that know them. A change of an order is a single statement, because
 * each round trip takes longer than the work of the database. The caller holds the locks of the
 * rows, and has checked the revision and the owner.
 */
final class OrderWriter {
  private static final String LOCK_TIMEOUT = "20s";

  /** Orders that wait for the lock of another one are soon added by themselves. */
  private static final String LOCK_TIMEOUT_OF_MANY = "200ms";

  private final QueueRank rank;

  OrderWriter(QueueRank rank) {
    this.rank = rank;
  }

  /**
   * A change of an order.
   *
   * @param before the status before the change; empty: the order is new
   */
  record Written(Optional<WorkOrderStatus> before, WorkOrder order) {
    /** An order that is new. */
    static Written added(WorkOrder order) {
      return new Written(Optional.empty(), order);
    }

    boolean leaves(WorkOrderStatus status) {
      return before.filter(status::equals).isPresent() && order.status() != status;
    }

    boolean becomes(WorkOrderStatus status) {
      return order.status() == status;
    }

    boolean isNew() {
      return before.isEmpty();
    }
  }

  /**
   * What a change means for one table.
   *
   * @param sql with a place for the {@code FROM} clause of its {@code SELECT}, if it has one
   */
  private record Part(String sql, Setter setter) {}

  private interface Setter {
    void set(Parameters to, Written change) throws SQLException;
  }

  /**
   * Adds those orders whose idempotency keys are free, unless a later process has opened the store.
   * Needs no transaction: if this throws an exception, none of them was added.
   *
   * @param keyed whether each of them has an idempotency key; otherwise none has one
   * @return for each order, in turn, whether it was added
   */
  List<Boolean> add(Connection connection, Instance instance, boolean keyed, List<WorkOrder> orders)
      throws SQLException {
    List<Part> parts = new ArrayList<>();
    parts.add(isCurrent(instance, orders.size() == 1 ? LOCK_TIMEOUT : LOCK_TIMEOUT_OF_MANY));
    if (keyed) {
      parts.add(TAKE_KEY);
    }
    parts.addAll(List.of(INSERT, enqueueNew, CHANGE, COUNT));
    try (PreparedStatement statement =
        connection.prepareStatement(together(parts, keyed ? "FROM part1" : "FROM part0"))) {
      if (orders.size() == 1) {
        set(statement, parts, Written.added(orders.getFirst()));
        return List.of(statement.executeUpdate() == 1);
      }
      for (WorkOrder order : orders) {
        set(statement, parts, Written.added(order));
        statement.addBatch();
      }
      return Arrays.stream(statement.executeBatch()).mapToObj(count -> count == 1).toList();
    }
  }

  /** Writes changes, many in one round trip. */
  void write(Connection connection, List<Written> changes) throws SQLException {
    write(connection, changes, true);
  }

  /** Does the same, but tells no other instance of the changes. */
  void writeSilently(Connection connection, List<Written> changes) throws SQLException {
    write(connection, changes, false);
  }

  private void write(Connection connection, List<Written> changes, boolean told)
      throws SQLException {
    boolean counted = changes.size() == 1;
    Map<List<Part>, List<Written>> alike = new LinkedHashMap<>();
    for (Written change : changes) {
      List<Part> parts = parts(change);
      if (told) {
        parts.add(CHANGE);
      }
      if (counted) {
        parts.add(COUNT);
      }
      alike.computeIfAbsent(parts, _ -> new ArrayList<>()).add(change);
    }
    for (var group : alike.entrySet()) {
      try (PreparedStatement statement =
          connection.prepareStatement(together(group.getKey(), ""))) {
        for (Written change : group.getValue()) {
          set(statement, group.getKey(), change);
          statement.addBatch();
        }
        statement.executeBatch();
      }
    }
    if (!counted) {
      count(connection, changes);
    }
  }

  /** Returns what a change means for the tables of orders. */
  private List<Part> parts(Written change) {
    List<Part> parts = new ArrayList<>();
    parts.add(change.isNew() ? INSERT : UPDATE);
    if (change.leaves(WorkOrderStatus.QUEUED)) {
      parts.add(DEQUEUE);
    }
    if (change.leaves(WorkOrderStatus.RUNNING)) {
      parts.add(STOP);
    }
    if (change.becomes(WorkOrderStatus.QUEUED)) {
      parts.add(change.isNew() ? enqueueNew : enqueue);
    }
    if (change.becomes(WorkOrderStatus.RUNNING)) {
      parts.add(RUN);
    }
    return parts;
  }

  /** Returns one statement that does all parts; its result is that of the last one. */
  private static String together(List<Part> parts, String from) {
    StringJoiner first = new StringJoiner(", ", "WITH ", " ").setEmptyValue("");
    for (int i = 0; i < parts.size() - 1; i++) {
      first.add(
          "part" + i + " AS (" + parts.get(i).sql().replace("%from", i == 0 ? "" : from) + ")");
    }
    return first + parts.getLast().sql().replace("%from", from);
  }

  private static void set(PreparedStatement statement, List<Part> parts, Written change)
      throws SQLException {
    Parameters parameters = new Parameters(statement);
    for (Part part : parts) {
      part.setter().set(parameters, change);
    }
  }

  /** Removes an order from all tables. */
  void remove(Connection connection, WorkOrder order) throws SQLException {
    for (String table : List.of("work_orders", "queue", "running")) {
      try (PreparedStatement delete =
          connection.prepareStatement("DELETE FROM " + table + " WHERE id = ?")) {
        delete.setString(1, order.id().value());
        delete.executeUpdate();
      }
    }
    if (order.idempotencyKey().isPresent()) {
      try (PreparedStatement delete =
          connection.prepareStatement(
              "DELETE FROM idempotency_keys WHERE key = ? AND order_id = ?")) {
        delete.setString(1, StoredText.escape(order.idempotencyKey().get().key()));
        delete.setString(2, order.id().value());
        delete.executeUpdate();
      }
    }
    try (PreparedStatement change =
        connection.prepareStatement(
            "INSERT INTO changes (order_id, revision, status) VALUES (?, ?, NULL)")) {
      Parameters _ = new Parameters(change).plain(order.id().value()).number(order.revision());
      change.executeUpdate();
    }
    count(connection, Map.of(order.status(), -1L));
  }

  /** Also says how long the statement waits for a lock: the session may be another's setting. */
  private static Part isCurrent(Instance instance, String lockTimeout) {
    return new Part(
        "SELECT set_config('lock_timeout', ?, true) WHERE " + Instance.IS_CURRENT,
        (to, _) -> to.plain(lockTimeout).plain(instance.stored()).number(instance.epoch()));
  }

  private static final Part TAKE_KEY =
      new Part(
          """
          INSERT INTO idempotency_keys (key, order_id) SELECT ?, ? FROM part0
          ON CONFLICT DO NOTHING RETURNING key
          """,
          (to, change) -> {
            WorkOrder order = change.order();
            to.text(order.idempotencyKey().map(IdempotencyKey::key)).plain(order.id().value());
          });

  private static final Part INSERT =
      new Part(
          """
          INSERT INTO work_orders (revision, status, owner, failure_reason, updated_at, runs, body,
            id, agent_type, repository, labels, created_at)
          SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? %from
          """,
          (to, change) -> {
            setUpdated(to, change);
            WorkOrder order = change.order();
            to.text(order.spec().agentType())
                .text(order.spec().workspaceSource().repository())
                .plain(labels(order.spec().labels()))
                // As clients see it.
                .time(order.createdAt().truncatedTo(ChronoUnit.MILLIS));
          });

  private static final Part UPDATE =
      new Part(
          """
          UPDATE work_orders
          SET revision = ?, status = ?, owner = ?, failure_reason = ?, updated_at = ?, runs = ?,
            body = ?
          WHERE id = ?
          """,
          OrderWriter::setUpdated);

  /** Sets what every change may change. */
  private static void setUpdated(Parameters to, Written change) throws SQLException {
    WorkOrder order = change.order();
    to.number(order.revision())
        .plain(order.status().wireName())
        .text(
            order.state() instanceof Running running
                ? Optional.of(running.lease().owner().value())
                : Optional.empty())
        .text(
            order.state() instanceof Failed failed
                ? Optional.of(failed.reason().wireName())
                : Optional.empty())
        .time(order.updatedAt())
        .plain(order.runs().stream().map(RunId::value).toList())
        .bytes(WorkOrderCodec.encode(order))
        .plain(order.id().value());
  }

  private static final Part DEQUEUE =
      new Part("DELETE FROM queue WHERE id = ?", OrderWriter::setId);

  private static final Part STOP = new Part("DELETE FROM running WHERE id = ?", OrderWriter::setId);

  private static void setId(Parameters to, Written change) throws SQLException {
    to.plain(change.order().id().value());
  }

  private static final String ENQUEUE =
      """
      INSERT INTO queue (id, jump, rank, queued_at, priority, not_before, requested, expires_at,
        repository, agent_type)
      SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ? %from
      """;

  /** For an order that is in no table yet. */
  private final Part enqueueNew = new Part(ENQUEUE, this::setEnqueued);

  private final Part enqueue =
      new Part(
          ENQUEUE
              + """
              ON CONFLICT (id) DO UPDATE
              SET jump = excluded.jump, rank = excluded.rank, queued_at = excluded.queued_at,
                not_before = excluded.not_before, requested = excluded.requested,
                expires_at = excluded.expires_at
              """,
          this::setEnqueued);

  private void setEnqueued(Parameters to, Written change) throws SQLException {
    QueueEntry entry = QueueEntry.of(change.order()).orElseThrow();
    to.plain(entry.id().value())
        .number(QueueRank.jump(entry))
        .number(rank.of(entry))
        .time(entry.queuedAt())
        .number(entry.priority())
        .time(entry.notBefore())
        .flag(entry.requested())
        .time(entry.expiresAt())
        .text(entry.repository())
        .text(entry.agentType());
  }

  private static final Part RUN =
      new Part(
          """
          INSERT INTO running (id, run, started_at, repository, owner) SELECT ?, ?, ?, ?, ? %from
          ON CONFLICT (id) DO UPDATE
          SET run = excluded.run, started_at = excluded.started_at, owner = excluded.owner
          """,
          (to, change) -> {
            WorkOrder order = change.order();
            Running running = (Running) order.state();
            Attempt attempt = running.current();
            to.plain(order.id().value())
                .plain(attempt.run().value())
                .time(attempt.startedAt())
                .text(order.spec().workspaceSource().repository())
                .text(running.lease().owner().value());
          });

  private static final Part CHANGE =
      new Part(
          "INSERT INTO changes (order_id, revision, status) SELECT ?, ?, ? %from",
          (to, change) ->
              to.plain(change.order().id().value())
                  .number(change.order().revision())
                  .plain(change.order().status().wireName()));

  /** In the order of the columns. */
  private static final List<WorkOrderStatus> STATUSES =
      List.of(
          WorkOrderStatus.QUEUED,
          WorkOrderStatus.RUNNING,
          WorkOrderStatus.COMPLETED,
          WorkOrderStatus.FAILED,
          WorkOrderStatus.CANCELLED);

  private static final Part COUNT =
      new Part(
          "INSERT INTO status_changes (queued, running, completed, failed, cancelled)"
              + " SELECT ?, ?, ?, ?, ? %from",
          (to, change) -> setCounts(to, counts(List.of(change))));

  private static void count(Connection connection, List<Written> changes) throws SQLException {
    count(connection, counts(changes));
  }

  private static void count(Connection connection, Map<WorkOrderStatus, Long> counts)
      throws SQLException {
    if (counts.values().stream().allMatch(count -> count == 0)) {
      return;
    }
    try (PreparedStatement statement =
        connection.prepareStatement(COUNT.sql().replace("%from", ""))) {
      setCounts(new Parameters(statement), counts);
      statement.executeUpdate();
    }
  }

  private static Map<WorkOrderStatus, Long> counts(List<Written> changes) {
    Map<WorkOrderStatus, Long> counts = new EnumMap<>(WorkOrderStatus.class);
    for (Written change : changes) {
      change.before().ifPresent(status -> counts.merge(status, -1L, Long::sum));
      counts.merge(change.order().status(), 1L, Long::sum);
    }
    return counts;
  }

  private static void setCounts(Parameters to, Map<WorkOrderStatus, Long> counts)
      throws SQLException {
    for (WorkOrderStatus status : STATUSES) {
      to.number(counts.getOrDefault(status, 0L).longValue());
    }
  }

  /** Returns labels as one text each. No escaped text has a backslash before an equals sign. */
  static List<String> labels(Map<String, String> labels) {
    return labels.entrySet().stream()
        .map(label ->
            StoredText.escape(label.getKey()) + "\\=" + StoredText.escape(label.getValue()))
        .sorted()
        .toList();
  }
}
