package dev.agentgate.store.postgres;

import dev.agentgate.workorder.InstanceId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/**
 * What the one instance of a database does with the running orders of those before it. Their
 * processes are on the machine that the data directory is on. The lock of the directory proves that
 * the service that used it is gone, whatever its name was; nothing proves that of another
 * directory's.
 */
final class Succession {
  private Succession() {}

  /**
   * Takes over the running orders whose runs are in this instance's data directory. The instance
   * must be in its table.
   */
  static void take(Connection connection, InstanceId instance, Home home) throws SQLException {
    // The orders first: the running ones are found by the table that still has the former owner.
    for (String table : List.of("work_orders", "running")) {
      try (PreparedStatement update =
          connection.prepareStatement(
              """
              UPDATE %s SET owner = ? WHERE id IN (
                SELECT r.id FROM running r JOIN instances i ON i.id = r.owner
                WHERE i.home = ? AND i.id <> ?)
              """
                  .formatted(table))) {
        update.setString(1, StoredText.escape(instance.value()));
        update.setString(2, home.id());
        update.setString(3, StoredText.escape(instance.value()));
        update.executeUpdate();
      }
    }
  }

  /**
   * Checks that no orders are running in another data directory. Call it before the instance is
   * written into its table: its name may be that of the owner.
   *
   * @throws DatabaseRefusedException if there are some
   */
  static void refuseOthers(Connection connection, Home home) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT r.owner, coalesce(i.host, 'an unknown machine'), count(*)
            FROM running r LEFT JOIN instances i ON i.id = r.owner
            WHERE i.home IS DISTINCT FROM ?
            GROUP BY r.owner, i.host ORDER BY r.owner LIMIT 1
            """)) {
      select.setString(1, home.id());
      try (ResultSet row = select.executeQuery()) {
        if (row.next()) {
          throw new DatabaseRefusedException(
              ("Orders are running in another data directory, on %s: %d of the instance %s. Start"
                      + " AgentGate there. If that machine is gone for good, see \"A machine is"
                      + " lost\" in docs/postgresql.md.")
                  .formatted(row.getString(2), row.getLong(3), row.getString(1)));
        }
      }
    }
  }
}
