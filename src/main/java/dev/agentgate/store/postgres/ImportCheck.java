package dev.agentgate.store.postgres;

import dev.agentgate.store.ArchivedPiece;
import dev.agentgate.store.json.RunCodec;
import dev.agentgate.store.json.UsageCodec;
import dev.agentgate.store.json.WorkOrderCodec;
import dev.agentgate.workorder.AgentPause;
import dev.agentgate.workorder.QueueEntry;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunUsage;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderState.Failed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads back from a database what {@link PostgresImport} has put there. Differences are sentences
 * for people.
 */
public final class ImportCheck {
  private final Database database;
  private final QueueRank rank;

  ImportCheck(Database database, QueueRank rank) {
    this.database = database;
    this.rank = rank;
  }

  /** Returns how many rows the tables have. */
  public ImportTotals totals() {
    return database.transaction(ImportTotals::of);
  }

  /** Returns the pauses of agents. */
  public Map<String, AgentPause> agentPauses() {
    return new PostgresAgentPauses(database).all();
  }

  /** Whether the queue is paused. */
  public boolean isPaused() {
    return database.single(Claiming::isPaused);
  }

  /** Returns what is different from these orders and the records of their runs. */
  public List<String> differences(List<WorkOrder> orders, List<Run> runs) {
    return database.transaction(connection -> {
      List<String> differences = new ArrayList<>();
      compareOrders(connection, orders, differences);
      compareQueue(connection, orders, differences);
      compareKeys(connection, orders, differences);
      Map<String, List<Object>> stored =
          rows(
              connection,
              "SELECT id, body, order_id, unpublished FROM runs WHERE id = ANY (?)",
              runs.stream().map(run -> run.id().value()).toList());
      for (Run run : runs) {
        compare(
            stored.get(run.id().value()),
            List.of(
                ByteBuffer.wrap(RunCodec.encode(run)),
                run.workOrderId().value(),
                PostgresRuns.isUnpublished(run)),
            "The record of " + run.id(),
            differences);
      }
      return differences;
    });
  }

  private static void compare(
      @Nullable List<Object> stored, List<Object> expected, String what, List<String> differences) {
    if (stored == null) {
      differences.add(what + " is missing.");
    } else if (!stored.equals(expected)) {
      differences.add(what + " is different.");
    }
  }

  /** Returns the other columns of rows by their ids, which are in the first column. */
  private static Map<String, List<Object>> rows(
      Connection connection, String sql, Collection<String> ids) throws SQLException {
    Map<String, List<Object>> all = new HashMap<>();
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      Parameters _ = new Parameters(select).plain(List.copyOf(ids));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          List<Object> columns = new ArrayList<>();
          for (int i = 2; i <= rows.getMetaData().getColumnCount(); i++) {
            columns.add(value(rows, i));
          }
          all.put(rows.getString(1), columns);
        }
      }
    }
    return all;
  }

  /** Returns a value that can be compared; nothing is an empty {@link Optional}. */
  private static Object value(ResultSet row, int column) throws SQLException {
    Object value = row.getObject(column);
    return switch (value) {
      case null -> Optional.empty();
      case Array array -> List.of((Object[]) array.getArray());
      case byte[] bytes -> ByteBuffer.wrap(bytes);
      default -> value;
    };
  }

  private static Object stored(Optional<String> text) {
    return text.<Object>map(StoredText::escape).orElse(Optional.empty());
  }

  private static void compareOrders(
      Connection connection, List<WorkOrder> orders, List<String> differences) throws SQLException {
    Map<String, List<Object>> stored =
        rows(
            connection,
            """
            SELECT id, body, revision, status, owner, agent_type, repository, failure_reason,
              labels, created_at, updated_at, runs
            FROM work_orders WHERE id = ANY (?)
            """,
            orders.stream().map(order -> order.id().value()).toList());
    for (WorkOrder order : orders) {
      compare(
          stored.get(order.id().value()), columns(order), "The order " + order.id(), differences);
    }
  }

  /** Returns the columns of an order that is not running. */
  private static List<Object> columns(WorkOrder order) {
    return List.of(
        ByteBuffer.wrap(WorkOrderCodec.encode(order)),
        order.revision(),
        order.status().wireName(),
        Optional.empty(),
        StoredText.escape(order.spec().agentType()),
        stored(order.spec().workspaceSource().repository()),
        stored(
            order.state() instanceof Failed failed
                ? Optional.of(failed.reason().wireName())
                : Optional.empty()),
        OrderWriter.labels(order.spec().labels()),
        StoredTime.write(order.createdAt().truncatedTo(ChronoUnit.MILLIS)),
        StoredTime.write(order.updatedAt()),
        order.runs().stream().map(RunId::value).toList());
  }

  private void compareQueue(Connection connection, List<WorkOrder> orders, List<String> differences)
      throws SQLException {
    Map<String, List<Object>> expected = new TreeMap<>();
    orders.forEach(order ->
        QueueEntry.of(order)
            .ifPresent(entry -> expected.put(order.id().value(), asStored(entry, rank.of(entry)))));
    if (expected.isEmpty()) {
      return;
    }
    try (PreparedStatement select =
        connection.prepareStatement(OrderRows.ENTRY + " WHERE id = ANY (?)")) {
      Parameters _ = new Parameters(select).plain(List.copyOf(expected.keySet()));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          expected.remove(row.getString("id"), asStored(OrderRows.entry(row), row.getLong("rank")));
        }
      }
    }
    expected
        .keySet()
        .forEach(id -> differences.add("The place of " + id + " in the queue is different."));
  }

  /** Times far in the future are not kept as they were. */
  private static List<Object> asStored(QueueEntry entry, long rank) {
    return List.of(
        rank,
        entry.priority(),
        StoredTime.write(entry.queuedAt()),
        entry.notBefore().map(StoredTime::write),
        entry.requested(),
        QueueRank.jump(entry),
        entry.expiresAt().map(StoredTime::write),
        entry.repository(),
        entry.agentType());
  }

  private static void compareKeys(
      Connection connection, List<WorkOrder> orders, List<String> differences) throws SQLException {
    Map<String, String> expected = new TreeMap<>();
    orders.forEach(order ->
        order
            .idempotencyKey()
            .ifPresent(key -> expected.put(StoredText.escape(key.key()), order.id().value())));
    if (expected.isEmpty()) {
      return;
    }
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT key, order_id FROM idempotency_keys WHERE key = ANY (?)")) {
      Parameters _ = new Parameters(select).plain(List.copyOf(expected.keySet()));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          expected.remove(rows.getString(1), rows.getString(2));
        }
      }
    }
    expected
        .values()
        .forEach(id -> differences.add("The idempotency key of " + id + " is different."));
  }

  /** Takes pieces of the files of several runs. */
  public interface Sink {
    void take(RunId run, ArchivedPiece piece) throws IOException;
  }

  /**
   * Hands over the files of runs, in no order.
   *
   * @throws IOException if they are damaged or cannot be taken
   */
  public void readFiles(Collection<RunId> runs, Sink to) throws IOException {
    try {
      boolean _ =
          // A transaction, because only there rows are fetched as they are needed.
          database.transaction(connection -> {
            ImportedFiles.read(connection, runs, to);
            return true;
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Returns what is different from what these runs used. */
  public List<String> usageDifferences(List<RunUsage> usage) {
    return database.single(connection -> {
      Map<String, List<Object>> stored =
          rows(
              connection,
              "SELECT run, body, started_at, agent_type, has_cost FROM run_usage"
                  + " WHERE run = ANY (?)",
              usage.stream().map(used -> used.run().value()).toList());
      List<String> differences = new ArrayList<>();
      for (RunUsage used : usage) {
        compare(
            stored.get(used.run().value()),
            List.of(
                ByteBuffer.wrap(UsageCodec.line(used)),
                StoredTime.write(used.startedAt()),
                StoredText.escape(used.agentType()),
                used.usage().costUsd().isPresent()),
            "What " + used.run() + " used",
            differences);
      }
      return differences;
    });
  }
}
