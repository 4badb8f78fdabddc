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
 * @param epoch how often the instance had opened the store
 * @param leaseClock turns the database's time into the time that leases are measured by; only tests
 *     do not keep it
 */
record Instance(InstanceId id, long epoch, UnaryOperator<Instant> leaseClock) {

  /** A condition with two parameters: see {@link #set}. */
  static final String IS_CURRENT = "EXISTS (SELECT FROM instances WHERE id = ? AND epoch = ?)";

  static Instance open(
      Connection connection, InstanceId id, Home home, UnaryOperator<Instant> leaseClock)
      throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            """
            INSERT INTO instances (id, epoch, home, host, opened_at)
            VALUES (?, 1, ?, ?, clock_timestamp())
            ON CONFLICT (id) DO UPDATE
            SET epoch = instances.epoch + 1, home = excluded.home, host = excluded.host,
              opened_at = excluded.opened_at
            RETURNING epoch
            """)) {
      insert.setString(1, StoredText.escape(id.value()));
      insert.setString(2, home.id());
      insert.setString(3, StoredText.escape(home.host()));
      try (ResultSet row = insert.executeQuery()) {
        row.next();
        return new Instance(id, row.getLong(1), leaseClock);
      }
    }
  }

  /** The id as it is stored. */
  String stored() {
    return StoredText.escape(id.value());
  }

  /** Sets the parameters of {@link #IS_CURRENT}. */
  void set(PreparedStatement statement, int index) throws SQLException {
    statement.setString(index, stored());
    statement.setLong(index + 1, epoch);
  }

  /** Returns the time by the clock of leases. */
  Instant now(Connection connection) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement("SELECT clock_timestamp() AS now");
        ResultSet row = select.executeQuery()) {
      row.next();
      Instant now = OrderRows.instant(row, "now");
      if (now == null) {
        throw new IllegalStateException("The database told no time");
      }
      return leaseClock.apply(now);
    }
  }

  /**
   * Renews the lease of everything that the instance runs. A lease is never shortened.
   *
   * @return the end of the lease
   * @throws StoreUnavailableException if a later process of this instance has opened the store
   */
  Instant renew(Connection connection, Duration lease) throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(
            """
            UPDATE instances SET lease_until = greatest(lease_until, ?) WHERE id = ? AND epoch = ?
            RETURNING lease_until
            """)) {
      update.setObject(1, OrderRows.parameter(now(connection).plus(lease)), OrderRows.INSTANT);
      set(update, 2);
      try (ResultSet row = update.executeQuery()) {
        Instant until = row.next() ? OrderRows.instant(row, "lease_until") : null;
        if (until == null) {
          throw new StoreUnavailableException(
              "Another process has opened the store as instance " + id + ".");
        }
        return until;
      }
    }
  }
}
