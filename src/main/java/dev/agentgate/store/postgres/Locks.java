package dev.agentgate.store.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/**
 * Advisory locks. Each is named by a number of AgentGate and by the schema, so that services in
 * different schemas of one database do not meet.
 */
final class Locks {
  private static final int CLAIMS = 0x41470001;

  private Locks() {}

  /** Waits until no other claim is under way, and lets none begin before the transaction ends. */
  static void claims(Connection connection) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT pg_advisory_xact_lock(?, hashtext(current_schema()))")) {
      select.setInt(1, CLAIMS);
      boolean _ = select.execute();
    }
  }
}
