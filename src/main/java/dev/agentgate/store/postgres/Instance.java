package dev.agentgate.store.postgres;

import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.workorder.InstanceId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.function.UnaryOperator;

/**
 * The instance that opened the store, as a row of the table. What it writes counts only while the
 * row has its epoch: a later process of the same instance has another one.
 *
 * @param epoch a number that no other opening of the store has
 * @param leaseClock turns the database's time into the time that leases are measured by; the
 *     identity, except in tests
 */
record Instance(InstanceId id, long epoch, UnaryOperator<Instant> leaseClock) {

  /** A condition with two parameters: see {@link #set}. */
  static final String IS_CURRENT = "EXISTS (SELECT FROM instances WHERE id = ? AND epoch = ?)";

  /** The id as it is stored. */
  String stored() {
    return StoredText.escape(id.value());
  }

  /** Sets the parameters of {@link #IS_CURRENT}. */
  void set(PreparedStatement statement, int index) throws SQLException {
    statement.setString(index, stored());
    statement.setLong(index + 1, epoch);
  }

  /**
   * @throws StoreUnavailableException if a later process of this instance has opened the store
   */
  void requireCurrent(Connection connection) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement("SELECT " + IS_CURRENT)) {
      set(select, 1);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        if (!row.getBoolean(1)) {
          throw superseded();
        }
      }
    }
  }

  private StoreUnavailableException superseded() {
    return new StoreUnavailableException(
        "Another process has opened the store as instance " + id + ".");
  }

  /** Returns the time by the clock of leases, and sets {@link Locks#LIMITS}. */
  Instant now(Connection connection) throws SQLException {
    return now(connection, leaseClock);
  }

  static Instant now(Connection connection, UnaryOperator<Instant> leaseClock) throws SQLException {
    try (PreparedStatement select =
            connection.prepareStatement("SELECT clock_timestamp() AS now, " + Locks.LIMITS);
        ResultSet row = select.executeQuery()) {
      row.next();
      return leaseClock.apply(OrderRows.instant(row, "now"));
    }
  }

  /**
   * Renews the lease of everything that the instance runs. A lease is never shortened.
   *
   * @return the end of the lease
   * @throws StoreUnavailableException if a later process of this instance has opened the store
   */
  Instant renew(Connection connection, Duration lease) throws SQLException {
    Instant now = now(connection);
    try (PreparedStatement update =
        connection.prepareStatement(
            """
            UPDATE instances SET last_seen = ?, lease_until = greatest(lease_until, ?)
            WHERE id = ? AND epoch = ?
            RETURNING lease_until
            """)) {
      update.setObject(1, OrderRows.parameter(now), OrderRows.INSTANT);
      update.setObject(2, OrderRows.parameter(now.plus(lease)), OrderRows.INSTANT);
      set(update, 3);
      try (ResultSet row = update.executeQuery()) {
        if (!row.next()) {
          throw superseded();
        }
        return OrderRows.instant(row, "lease_until");
      }
    }
  }

  /** Ends the lease at once if the instance runs nothing, so that nobody waits for its end. */
  void giveUp(Connection connection) throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(
            """
            UPDATE instances SET lease_until = least(lease_until, ?)
            WHERE id = ? AND epoch = ? AND NOT EXISTS (SELECT FROM running WHERE owner = ?)
            """)) {
      update.setObject(1, OrderRows.parameter(now(connection)), OrderRows.INSTANT);
      set(update, 2);
      update.setString(4, stored());
      update.executeUpdate();
    }
  }
}
