package dev.agentgate.store.postgres;

import dev.agentgate.store.json.WorkOrderCodec;
import dev.agentgate.workorder.QueueEntry;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderState.Attempt;
import dev.agentgate.workorder.WorkOrderState.Failed;
import dev.agentgate.workorder.WorkOrderState.Running;
import dev.agentgate.workorder.WorkOrderStatus;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Writes orders into all tables that know them, many in one round trip. The caller holds the locks
 * of the rows, and has checked the revision and the owner.
 */
final class OrderWriter {
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
    boolean was(WorkOrderStatus status) {
      return before.filter(status::equals).isPresent();
    }

    boolean becomes(WorkOrderStatus status) {
      return order.status() == status;
    }

    boolean isNew() {
      return before.isEmpty();
    }
  }

  /** One use of a statement in a batch. */
  private interface Row {
    void set(PreparedStatement statement, Written change) throws SQLException;
  }

  void write(Connection connection, List<Written> changes) throws SQLException {
    batch(connection, INSERT, changes, Written::isNew, OrderWriter::setInserted);
    batch(connection, UPDATE, changes, change -> !change.isNew(), OrderWriter::setUpdated);
    batch(
        connection,
        "DELETE FROM queue WHERE id = ?",
        changes,
        change -> change.was(WorkOrderStatus.QUEUED) && !change.becomes(WorkOrderStatus.QUEUED),
        (statement, change) -> statement.setString(1, change.order().id().value()));
    batch(
        connection,
        "DELETE FROM running WHERE id = ?",
        changes,
        change -> change.was(WorkOrderStatus.RUNNING) && !change.becomes(WorkOrderStatus.RUNNING),
        (statement, change) -> statement.setString(1, change.order().id().value()));
    batch(
        connection,
        ENQUEUE,
        changes,
        change -> change.becomes(WorkOrderStatus.QUEUED),
        this::setEnqueued);
    batch(
        connection,
        RUN,
        changes,
        change -> change.becomes(WorkOrderStatus.RUNNING),
        OrderWriter::setRunning);
    batch(
        connection,
        CHANGE,
        changes,
        _ -> true,
        (statement, change) ->
            setChange(
                statement,
                change.order().id(),
                change.order().revision(),
                Optional.of(change.order().status())));
    count(connection, changes);
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
    try (PreparedStatement change = connection.prepareStatement(CHANGE)) {
      setChange(change, order.id(), order.revision(), Optional.empty());
      change.executeUpdate();
    }
    add(connection, Map.of(order.status(), -1L));
  }

  private static void batch(
      Connection connection, String sql, List<Written> changes, Predicate<Written> which, Row row)
      throws SQLException {
    List<Written> chosen = changes.stream().filter(which).toList();
    if (chosen.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (Written change : chosen) {
        row.set(statement, change);
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  private static final String INSERT =
      """
      INSERT INTO work_orders (revision, status, owner, failure_reason, updated_at, runs, body, id,
        agent_type, repository, labels, created_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """;

  private static final String UPDATE =
      """
      UPDATE work_orders
      SET revision = ?, status = ?, owner = ?, failure_reason = ?, updated_at = ?, runs = ?,
        body = ?
      WHERE id = ?
      """;

  private static void setInserted(PreparedStatement statement, Written change) throws SQLException {
    setUpdated(statement, change);
    WorkOrder order = change.order();
    statement.setString(9, StoredText.escape(order.spec().agentType()));
    setText(statement, 10, order.spec().workspaceSource().repository());
    statement.setArray(11, textArray(statement, labels(order.spec().labels())));
    statement.setLong(12, created(order.createdAt()));
  }

  /** Sets what every change may change. */
  private static void setUpdated(PreparedStatement statement, Written change) throws SQLException {
    WorkOrder order = change.order();
    statement.setLong(1, order.revision());
    statement.setString(2, order.status().wireName());
    setText(
        statement,
        3,
        order.state() instanceof Running running
            ? Optional.of(running.lease().owner().value())
            : Optional.empty());
    setText(
        statement,
        4,
        order.state() instanceof Failed failed
            ? Optional.of(failed.reason().wireName())
            : Optional.empty());
    statement.setLong(5, StoredTime.write(order.updatedAt()));
    statement.setArray(6, textArray(statement, order.runs().stream().map(RunId::value).toList()));
    statement.setBytes(7, WorkOrderCodec.encode(order));
    statement.setString(8, order.id().value());
  }

  private static final String ENQUEUE =
      """
      INSERT INTO queue (id, jump, rank, queued_at, priority, not_before, requested, expires_at,
        repository, agent_type)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE
      SET jump = excluded.jump, rank = excluded.rank, queued_at = excluded.queued_at,
        not_before = excluded.not_before, requested = excluded.requested,
        expires_at = excluded.expires_at
      """;

  private void setEnqueued(PreparedStatement statement, Written change) throws SQLException {
    QueueEntry entry = QueueEntry.of(change.order()).orElseThrow();
    statement.setString(1, entry.id().value());
    statement.setLong(2, QueueRank.jump(entry));
    statement.setLong(3, rank.of(entry));
    statement.setLong(4, StoredTime.write(entry.queuedAt()));
    statement.setInt(5, entry.priority());
    setTime(statement, 6, entry.notBefore());
    statement.setBoolean(7, entry.requested());
    setTime(statement, 8, entry.expiresAt());
    setText(statement, 9, entry.repository());
    statement.setString(10, StoredText.escape(entry.agentType()));
  }

  private static final String RUN =
      """
      INSERT INTO running (id, run, started_at, repository, owner) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE
      SET run = excluded.run, started_at = excluded.started_at, owner = excluded.owner
      """;

  private static void setRunning(PreparedStatement statement, Written change) throws SQLException {
    WorkOrder order = change.order();
    Running running = (Running) order.state();
    Attempt attempt = running.current();
    statement.setString(1, order.id().value());
    statement.setString(2, attempt.run().value());
    statement.setLong(3, StoredTime.write(attempt.startedAt()));
    setText(statement, 4, order.spec().workspaceSource().repository());
    statement.setString(5, StoredText.escape(running.lease().owner().value()));
  }

  private static final String CHANGE =
      "INSERT INTO changes (order_id, revision, status) VALUES (?, ?, ?)";

  private static void setChange(
      PreparedStatement statement, WorkOrderId id, long revision, Optional<WorkOrderStatus> status)
      throws SQLException {
    statement.setString(1, id.value());
    statement.setLong(2, revision);
    statement.setString(3, status.map(WorkOrderStatus::wireName).orElse(null));
  }

  private static void count(Connection connection, List<Written> changes) throws SQLException {
    Map<WorkOrderStatus, Long> counts = new EnumMap<>(WorkOrderStatus.class);
    for (Written change : changes) {
      change.before().ifPresent(status -> counts.merge(status, -1L, Long::sum));
      counts.merge(change.order().status(), 1L, Long::sum);
    }
    add(connection, counts);
  }

  private static void add(Connection connection, Map<WorkOrderStatus, Long> counts)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "INSERT INTO status_changes (queued, running, completed, failed, cancelled)"
                + " VALUES (?, ?, ?, ?, ?)")) {
      boolean any = false;
      int column = 1;
      for (WorkOrderStatus status : STATUSES) {
        long count = counts.getOrDefault(status, 0L);
        statement.setLong(column++, count);
        any |= count != 0;
      }
      if (any) {
        statement.executeUpdate();
      }
    }
  }

  /** In the order of the columns. */
  private static final List<WorkOrderStatus> STATUSES =
      List.of(
          WorkOrderStatus.QUEUED,
          WorkOrderStatus.RUNNING,
          WorkOrderStatus.COMPLETED,
          WorkOrderStatus.FAILED,
          WorkOrderStatus.CANCELLED);

  /** Returns labels as one text each. No escaped text has a backslash before an equals sign. */
  static List<String> labels(Map<String, String> labels) {
    return labels.entrySet().stream()
        .map(label ->
            StoredText.escape(label.getKey()) + "\\=" + StoredText.escape(label.getValue()))
        .sorted()
        .toList();
  }

  /** Returns a time of creation as clients see it: in milliseconds. */
  private static long created(Instant at) {
    return StoredTime.write(at.truncatedTo(ChronoUnit.MILLIS));
  }

  private static java.sql.Array textArray(PreparedStatement statement, List<String> texts)
      throws SQLException {
    return statement.getConnection().createArrayOf("text", texts.toArray());
  }

  private static void setText(PreparedStatement statement, int index, Optional<String> text)
      throws SQLException {
    statement.setString(index, text.map(StoredText::escape).orElse(null));
  }

  private static void setTime(PreparedStatement statement, int index, Optional<Instant> time)
      throws SQLException {
    if (time.isPresent()) {
      statement.setLong(index, StoredTime.write(time.get()));
    } else {
      statement.setNull(index, Types.BIGINT);
    }
  }
}
