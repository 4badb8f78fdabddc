package dev.agentgate.store.postgres;

import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.workorder.InstanceId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jboss.logging.Logger;

/**
 * The instance that opened the store, as a row of the table. What it writes counts only while the
 * row has its epoch: a later process of the same instance has another one.
 *
 * @param epoch a number that no other opening of the store has
 * @param databaseId the random id of the database
 * @param startedAt when it opened the store
 * @param leaseClock turns the database's time into the time that leases are measured by; the
 *     identity, except in tests
 */
record Instance(
    InstanceId id,
    long epoch,
    Home home,
    String databaseId,
    Instant startedAt,
    UnaryOperator<Instant> leaseClock) {

  private static final Logger LOG = Logger.getLogger(Instance.class);

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
        "The database does not know this instance: another process has opened the store as "
            + id
            + ", or this one was silent for days.");
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
    return renewed(connection, now(connection), lease).orElseThrow(this::superseded);
  }

  /**
   * Does the same. But if others have removed the row, because the instance was silent for days, it
   * gets a new one, as by a restart. It owned no orders then, and has none with the new row either.
   *
   * @throws StoreUnavailableException as {@link #renew}, or if orders of a file store are being
   *     copied into the database, or if it is another database than before
   */
  void renewOrReturn(Connection connection, Duration lease) throws SQLException {
    Instant now = now(connection);
    if (renewed(connection, now, lease).isEmpty()) {
      requireSameDatabase(connection);
      addAgain(connection, now, lease);
      LOG.warnf("%s was silent for so long that the others forgot it; it returns", id);
    }
  }

  /** Lets no other process open the store, and no copy begin, before the transaction ends. */
  private void requireSameDatabase(Connection connection) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT FROM service WHERE database_id = ?::uuid AND copier IS NULL
            FOR UPDATE SKIP LOCKED
            """)) {
      select.setString(1, databaseId);
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          throw new StoreUnavailableException(
              "The database does not know this instance any more, and does not take it back now.");
        }
      }
    }
  }

  private void addAgain(Connection connection, Instant now, Duration lease) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            """
            INSERT INTO instances (id, epoch, home, host, started_at, last_seen, lease_until)
            SELECT ?, ?, ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT FROM instances WHERE home = ?)
            ON CONFLICT (id) DO NOTHING
            """)) {
      set(insert, 1);
      insert.setString(3, home.id());
      insert.setString(4, StoredText.escape(home.host()));
      insert.setObject(5, OrderRows.parameter(startedAt), OrderRows.INSTANT);
      insert.setObject(6, OrderRows.parameter(now), OrderRows.INSTANT);
      insert.setObject(7, OrderRows.parameter(now.plus(lease)), OrderRows.INSTANT);
      insert.setString(8, home.id());
      if (insert.executeUpdate() == 0) {
        throw superseded();
      }
    }
  }

  /** Returns the end of the lease; empty if the row is gone. */
  private Optional<Instant> renewed(Connection connection, Instant now, Duration lease)
      throws SQLException {
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
        return row.next() ? Optional.of(OrderRows.instant(row, "lease_until")) : Optional.empty();
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
