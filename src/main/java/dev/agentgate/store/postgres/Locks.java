package dev.agentgate.store.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/**
 * Advisory locks, and the limits of all locks. Each advisory lock is named by a number of AgentGate
 * and by the schema, so that services in different schemas of one database do not meet.
 */
final class Locks {
  static final int CLAIMS = 0x41470001;

  /**
   * Two columns for the first {@code SELECT} of a transaction. An instance that hangs in the middle
   * of the transaction soon loses it with all its locks, and nobody waits for a lock without end.
   * The settings of a session would not do, because a pooler gives the session of one transaction
   * to another instance.
   */
  static final String LIMITS =
      "set_config('lock_timeout', '20s', true),"
          + " set_config('idle_in_transaction_session_timeout', '10s', true)";

  private Locks() {}

  /** Sets {@link #LIMITS} in a transaction that has no {@code SELECT} to set them. */
  static void limit(Connection connection) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement("SELECT " + LIMITS)) {
      boolean _ = select.execute();
    }
  }

  /** Waits until no other claim is under way, and lets none begin before the transaction ends. */
  static void claims(Connection connection) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT " + LIMITS + ", pg_advisory_xact_lock(?, hashtext(current_schema()))")) {
      select.setInt(1, CLAIMS);
      boolean _ = select.execute();
    }
  }
}
