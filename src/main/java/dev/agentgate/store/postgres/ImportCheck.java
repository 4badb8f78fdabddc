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
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads back from a database what {@link PostgresImport} has put there. Differences are sentences
 * for people.
 */
public final class ImportCheck {
  private final Database database;

  ImportCheck(Database database) {
    this.database = database;
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
      Map<String, byte[]> bodies =
          bodies(
              connection,
              "SELECT id, body FROM runs WHERE id = ANY (?)",
              runs.stream().map(run -> run.id().value()).toList());
      for (Run run : runs) {
        compare(
            bodies.get(run.id().value()),
            RunCodec.encode(run),
            "The record of " + run.id(),
            differences);
      }
      return differences;
    });
  }

  private static void compare(
      byte @Nullable [] stored, byte[] expected, String what, List<String> differences) {
    if (stored == null) {
      differences.add(what + " is missing.");
    } else if (!Arrays.equals(stored, expected)) {
      differences.add(what + " is different.");
    }
  }

  private static Map<String, byte[]> bodies(
      Connection connection, String sql, Collection<String> ids) throws SQLException {
    Map<String, byte[]> bodies = new HashMap<>();
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      Parameters _ = new Parameters(select).plain(List.copyOf(ids));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          bodies.put(rows.getString(1), rows.getBytes(2));
        }
      }
    }
    return bodies;
  }

  private static void compareOrders(
      Connection connection, List<WorkOrder> orders, List<String> differences) throws SQLException {
    Map<String, WorkOrder> expected = new TreeMap<>();
    orders.forEach(order -> expected.put(order.id().value(), order));
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT id, revision, status, updated_at, body FROM work_orders WHERE id = ANY (?)
            """)) {
      Parameters _ = new Parameters(select).plain(List.copyOf(expected.keySet()));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          WorkOrder order = Objects.requireNonNull(expected.remove(row.getString(1)));
          if (row.getLong(2) != order.revision()
              || !row.getString(3).equals(order.status().wireName())
              || row.getLong(4) != StoredTime.write(order.updatedAt())
              || !Arrays.equals(row.getBytes(5), WorkOrderCodec.encode(order))) {
            differences.add("The order " + order.id() + " is different.");
          }
        }
      }
    }
    expected.keySet().forEach(id -> differences.add("The order " + id + " is missing."));
  }

  private static void compareQueue(
      Connection connection, List<WorkOrder> orders, List<String> differences) throws SQLException {
    Map<String, List<Object>> expected = new TreeMap<>();
    orders.forEach(order ->
        QueueEntry.of(order).ifPresent(entry -> expected.put(order.id().value(), asStored(entry))));
    if (expected.isEmpty()) {
      return;
    }
    try (PreparedStatement select =
        connection.prepareStatement(OrderRows.ENTRY + " WHERE id = ANY (?)")) {
      Parameters _ = new Parameters(select).plain(List.copyOf(expected.keySet()));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          expected.remove(row.getString("id"), asStored(OrderRows.entry(row)));
        }
      }
    }
    expected
        .keySet()
        .forEach(id -> differences.add("The place of " + id + " in the queue is different."));
  }

  /** Times far in the future are not kept as they were. */
  private static List<Object> asStored(QueueEntry entry) {
    return List.of(
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
      Map<String, byte[]> bodies =
          bodies(
              connection,
              "SELECT run, body FROM run_usage WHERE run = ANY (?)",
              usage.stream().map(used -> used.run().value()).toList());
      List<String> differences = new ArrayList<>();
      for (RunUsage used : usage) {
        compare(
            bodies.get(used.run().value()),
            UsageCodec.line(used),
            "What " + used.run() + " used",
            differences);
      }
      return differences;
    });
  }
}
