package dev.agentgate.store.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Advisory locks. Each is named by a number of AgentGate and by the schema, so that services in
 * different schemas of one database do not meet.
 */
final class Locks {
  static final int REPLICA = 0x41470002;
  private static final int CLAIMS = 0x41470001;
  private static final String KEY = "(?, hashtext(current_schema()))";

  private Locks() {}

  /** Waits until no other claim is under way, and lets none begin before the transaction ends. */
  static void claims(Connection connection) throws SQLException {
    boolean _ = run(connection, "SELECT true FROM pg_advisory_xact_lock" + KEY, CLAIMS);
  }

  /** Takes the lock of the one replica until the connection ends; returns false if it is taken. */
  static boolean replica(Connection connection) throws SQLException {
    return run(connection, "SELECT pg_try_advisory_lock" + KEY, REPLICA);
  }

  /** Releases the lock of the one replica, because a pool keeps the connection. */
  static void release(Connection connection) throws SQLException {
    boolean _ = run(connection, "SELECT pg_advisory_unlock" + KEY, REPLICA);
  }

  private static boolean run(Connection connection, String sql, int number) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setInt(1, number);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }
}
