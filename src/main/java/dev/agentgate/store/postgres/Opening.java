package dev.agentgate.store.postgres;

import dev.agentgate.store.StoreUnavailableException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jboss.logging.Logger;

/**
 * Writes an instance into the table of instances. A process on the same home replaces an earlier
 * one at once, under any name: the lock of the data directory proves that the earlier process is
 * gone, and the agents are where this one finds them. On another home, an instance of the same name
 * may still run agents until its lease is over.
 */
final class Opening {
  private static final Duration LOOK_AGAIN = Duration.ofMillis(500);

  /** How long the row of an instance is kept that is gone and has no orders. */
  private static final Duration FORGET_AFTER = Duration.ofDays(1);

  private static final Logger LOG = Logger.getLogger(Opening.class);

  private final Database database;
  private final Member member;
  private final UnaryOperator<Instant> leaseClock;

  Opening(Database database, Member member, UnaryOperator<Instant> leaseClock) {
    this.database = database;
    this.member = member;
    this.leaseClock = leaseClock;
  }

  /** The instance that has the name on another home. */
  private record Holder(String host, long epoch, Instant leaseUntil, Instant now) {
    Duration left() {
      return Duration.between(now, leaseUntil);
    }
  }

  /**
   * Opens the store as soon as no other process can own orders under the name.
   *
   * @throws DatabaseRefusedException if another process renews its lease under the name
   */
  Instance open() {
    Optional<Holder> first = Optional.empty();
    while (true) {
      Optional<Instance> opened = database.transaction(this::tryOpen);
      if (opened.isPresent()) {
        return opened.get();
      }
      Optional<Holder> holder = database.single(this::holder);
      if (holder.isPresent() && first.isEmpty()) {
        first = holder;
        LOG.infof(
            "Waiting up to %d s until the lease of the earlier instance %s on %s is over",
            holder.get().left().toSeconds() + 1, member.id(), holder.get().host());
      }
      if (holder.isPresent() && isRenewed(first.orElseThrow(), holder.get())) {
        throw new DatabaseRefusedException(
            ("An instance with the name %s is running on %s. Give each instance a name of its own"
                    + " (agentgate.instance.id).")
                .formatted(member.id(), holder.get().host()));
      }
      pause(holder.map(Holder::left).orElse(Duration.ZERO));
    }
  }

  private static boolean isRenewed(Holder first, Holder now) {
    return now.epoch() != first.epoch() || now.leaseUntil().isAfter(first.leaseUntil());
  }

  private static void pause(Duration left) {
    Duration pause = left.compareTo(LOOK_AGAIN) < 0 ? left : LOOK_AGAIN;
    try {
      boolean _ = new CountDownLatch(1).await(pause.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreUnavailableException("The start was interrupted.", e);
    }
  }

  private Optional<Instance> tryOpen(Connection connection) throws SQLException {
    Instant now = Instance.now(connection, leaseClock);
    String databaseId = requireComplete(connection);
    try (PreparedStatement insert =
        connection.prepareStatement(
            """
            INSERT INTO instances AS i (id, epoch, home, host, started_at, last_seen, lease_until)
            SELECT new.id, nextval('epochs'), new.home, new.host, new.now, new.now, new.lease_until
            FROM (VALUES (?, ?, ?, ?::timestamptz, ?::timestamptz))
              AS new (id, home, host, now, lease_until)
            ON CONFLICT (id) DO UPDATE
            SET epoch = excluded.epoch, home = excluded.home, host = excluded.host,
              started_at = excluded.started_at, last_seen = excluded.last_seen,
              lease_until = greatest(i.lease_until, excluded.lease_until), version = DEFAULT,
              address = DEFAULT, slots = DEFAULT, running = DEFAULT, draining = DEFAULT
            WHERE i.home = excluded.home OR i.lease_until <= excluded.last_seen
              OR i.lease_until IS NULL
            RETURNING epoch
            """)) {
      insert.setString(1, StoredText.escape(member.id().value()));
      insert.setString(2, member.home().id());
      insert.setString(3, StoredText.escape(member.home().host()));
      insert.setObject(4, OrderRows.parameter(now), OrderRows.INSTANT);
      insert.setObject(
          5,
          member.lease().map(lease -> OrderRows.parameter(now.plus(lease))).orElse(null),
          OrderRows.INSTANT);
      try (ResultSet row = insert.executeQuery()) {
        if (!row.next()) {
          return Optional.empty();
        }
        Instance instance =
            new Instance(member.id(), row.getLong(1), member.home(), databaseId, now, leaseClock);
        takeOverHome(connection, instance);
        forgetOld(connection, now);
        return Optional.of(instance);
      }
    }
  }

  /**
   * Lets no copy of a file store begin, and no forgotten instance return, before the transaction
   * ends.
   *
   * @return the random id of the database
   * @throws DatabaseRefusedException if one is under way
   */
  private static String requireComplete(Connection connection) throws SQLException {
    try (PreparedStatement select =
            connection.prepareStatement("SELECT copier, database_id FROM service FOR SHARE");
        ResultSet row = select.executeQuery()) {
      row.next();
      if (row.getString(1) != null) {
        throw new DatabaseRefusedException(
            "The orders of a file store are being copied into the database. Run `agentgate"
                + " migrate-store` until it has completed.");
      }
      return row.getString(2);
    }
  }

  /** Takes over what ran on this home under another name. */
  private void takeOverHome(Connection connection, Instance instance) throws SQLException {
    awaitFormer(connection, instance);
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
        update.setString(1, instance.stored());
        update.setString(2, member.home().id());
        update.setString(3, instance.stored());
        update.executeUpdate();
      }
    }
    takeOver(connection, instance, "runs SET publisher = ? WHERE unpublished AND publisher");
    takeOver(connection, instance, "outbox SET owner = ? WHERE owner");
    try (PreparedStatement delete =
        connection.prepareStatement("DELETE FROM instances WHERE home = ? AND id <> ?")) {
      delete.setString(1, member.home().id());
      delete.setString(2, instance.stored());
      delete.executeUpdate();
    }
  }

  /**
   * Waits for what the former process may still be committing: a claim has locked the row of its
   * instance. What it claimed is visible afterwards.
   */
  private void awaitFormer(Connection connection, Instance instance) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT FROM instances WHERE home = ? AND id <> ? FOR UPDATE")) {
      select.setString(1, member.home().id());
      select.setString(2, instance.stored());
      boolean _ = select.execute();
    }
  }

  /**
   * @param what the table, its column for the instance, and a condition that ends with that column
   */
  private void takeOver(Connection connection, Instance instance, String what) throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(
            "UPDATE " + what + " IN (SELECT id FROM instances WHERE home = ? AND id <> ?)")) {
      update.setString(1, instance.stored());
      update.setString(2, member.home().id());
      update.setString(3, instance.stored());
      update.executeUpdate();
    }
  }

  private static void forgetOld(Connection connection, Instant now) throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement(
            """
            DELETE FROM instances WHERE id IN (
              SELECT id FROM instances
              WHERE lease_until < ? AND id NOT IN (SELECT owner FROM running)
              FOR UPDATE SKIP LOCKED)
            """)) {
      delete.setObject(1, OrderRows.parameter(now.minus(FORGET_AFTER)), OrderRows.INSTANT);
      delete.executeUpdate();
    }
  }

  private Optional<Holder> holder(Connection connection) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT host, epoch, lease_until FROM instances
            WHERE id = ? AND home <> ? AND lease_until IS NOT NULL
            """)) {
      select.setString(1, StoredText.escape(member.id().value()));
      select.setString(2, member.home().id());
      try (ResultSet row = select.executeQuery()) {
        return row.next()
            ? Optional.of(
                new Holder(
                    StoredText.unescape(row.getString("host")),
                    row.getLong("epoch"),
                    OrderRows.instant(row, "lease_until"),
                    Instance.now(connection, leaseClock)))
            : Optional.empty();
      }
    }
  }
}
