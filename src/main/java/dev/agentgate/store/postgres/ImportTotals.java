package dev.agentgate.store.postgres;

import dev.agentgate.workorder.WorkOrderStatus;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;

/**
 * How many rows the tables have that {@link PostgresImport} writes.
 *
 * @param counted the orders as the service counts them
 */
public record ImportTotals(
    Map<WorkOrderStatus, Long> orders,
    Map<WorkOrderStatus, Long> counted,
    long queued,
    long keys,
    long runs,
    long runsWithFiles,
    long usage) {

  static ImportTotals of(Connection connection) throws SQLException {
    return new ImportTotals(
        byStatus(connection, "SELECT status, count(*) FROM work_orders GROUP BY status"),
        byStatus(
            connection,
            """
            SELECT status, sum(counted)::bigint
            FROM status_changes CROSS JOIN LATERAL (VALUES ('queued', queued),
              ('running', running), ('completed', completed), ('failed', failed),
              ('cancelled', cancelled)) AS each (status, counted)
            GROUP BY status HAVING sum(counted) <> 0
            """),
        count(connection, "queue"),
        count(connection, "idempotency_keys"),
        count(connection, "runs"),
        count(connection, "(SELECT DISTINCT run FROM run_files) AS files"),
        count(connection, "run_usage"));
  }

  private static Map<WorkOrderStatus, Long> byStatus(Connection connection, String sql)
      throws SQLException {
    Map<WorkOrderStatus, Long> counts = new TreeMap<>();
    try (PreparedStatement select = connection.prepareStatement(sql);
        ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        counts.put(WorkOrderStatus.parse(rows.getString(1)).orElseThrow(), rows.getLong(2));
      }
    }
    return counts;
  }

  private static long count(Connection connection, String rows) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement("SELECT count(*) FROM " + rows);
        ResultSet row = select.executeQuery()) {
      row.next();
      return row.getLong(1);
    }
  }
}
