package dev.agentgate.store.postgres;

import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.store.json.UnreadableRecordException;
import dev.agentgate.store.json.WorkOrderCodec;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.Lease;
import dev.agentgate.workorder.QueueEntry;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderState.Running;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads orders and entries of the queue from rows. */
final class OrderRows {
  /** The columns of an order with its lease, for {@link #order}. */
  static final String ORDER =
      """
      SELECT o.id, o.body, o.owner, i.lease_until
      FROM work_orders o LEFT JOIN instances i ON i.id = o.owner
      """;

  /** The columns of an entry of the queue, for {@link #entry}. */
  static final String ENTRY =
      """
      SELECT id, jump, rank, queued_at, priority, not_before, requested, expires_at, repository,
        agent_type
      FROM queue
      """;

  private OrderRows() {}

  /**
   * Reads an order.
   *
   * @throws StoreUnavailableException if its body cannot be read
   */
  static WorkOrder order(ResultSet row) throws SQLException {
    WorkOrder order = body(row.getString("id"), row.getBytes("body"));
    String owner = row.getString("owner");
    return owner == null || !(order.state() instanceof Running)
        ? order
        : order.leased(
            new Lease(
                new InstanceId(StoredText.unescape(owner)),
                Optional.ofNullable(row.getObject("lease_until", OffsetDateTime.class))
                    .map(OffsetDateTime::toInstant)));
  }

  /** Reads an order's body. The lease of a running order is not part of it. */
  static WorkOrder body(String id, byte[] body) {
    try {
      return WorkOrderCodec.decode(body);
    } catch (UnreadableRecordException e) {
      throw new StoreUnavailableException(
          "The order " + id + " cannot be read: " + e.getMessage() + ".", e);
    }
  }

  static QueueEntry entry(ResultSet row) throws SQLException {
    long jump = row.getLong("jump");
    return new QueueEntry(
        id(row.getString("id")),
        row.getInt("priority"),
        StoredTime.read(row.getLong("queued_at")),
        time(row, "not_before"),
        row.getBoolean("requested"),
        jump == 0 ? Optional.empty() : Optional.of(StoredTime.read(-jump)),
        time(row, "expires_at"),
        text(row, "repository"),
        StoredText.unescape(row.getString("agent_type")));
  }

  /** Reads entries of the queue. */
  static List<QueueEntry> entries(PreparedStatement select) throws SQLException {
    List<QueueEntry> entries = new ArrayList<>();
    try (ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        entries.add(entry(rows));
      }
    }
    return entries;
  }

  /** Returns the ids in the first column of a query's result. */
  static List<WorkOrderId> ids(PreparedStatement select) throws SQLException {
    List<WorkOrderId> ids = new ArrayList<>();
    try (ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        ids.add(id(rows.getString(1)));
      }
    }
    return ids;
  }

  static WorkOrderId id(String stored) {
    return WorkOrderId.parse(stored)
        .orElseThrow(() -> new StoreUnavailableException("A stored id is not the id of an order."));
  }

  static Optional<String> text(ResultSet row, String column) throws SQLException {
    return Optional.ofNullable(row.getString(column)).map(StoredText::unescape);
  }

  private static Optional<Instant> time(ResultSet row, String column) throws SQLException {
    long stored = row.getLong(column);
    return row.wasNull() ? Optional.empty() : Optional.of(StoredTime.read(stored));
  }

  /** Reads a time of the database's clock. */
  static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  /** Returns a time of the database's clock as a parameter. */
  static OffsetDateTime parameter(Instant time) {
    return time.atOffset(ZoneOffset.UTC);
  }

  /** The type of {@link #parameter}. */
  static final int INSTANT = Types.TIMESTAMP_WITH_TIMEZONE;
}
