package dev.agentgate.store.postgres;

import dev.agentgate.store.StoreUnansweredException;
import dev.agentgate.store.StoreUnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Connections to the database, one per step. The connections are of a pool that the caller of
 * {@link PostgresStore#open} closes.
 */
final class Database {
  private static final Logger LOG = Logger.getLogger(Database.class);

  /** serialization_failure and deadlock_detected: nothing was done, and it can be done again. */
  private static final Set<String> REPEATABLE = Set.of("40001", "40P01");

  /** read_only_sql_transaction; other states of its class say that a transaction has failed. */
  private static final String READ_ONLY = "25006";

  private static final int MOST_ATTEMPTS = 5;

  /** Connections that nothing waits for but the renewals of the lease, and the one that listens. */
  private static final int RESERVED = 4;

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final DataSource connections;
  private final Runnable afterClose;

  /**
   * The connections for everything but renewals. However many requests wait for a slow database,
   * they must not end the runs of this instance.
   */
  private final Semaphore room;

  /** Renewals limit themselves. */
  private final Semaphore roomForRenewals = new Semaphore(Integer.MAX_VALUE);

  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * The connection whose transaction the thread is in. A step within the step of a transaction
   * belongs to it: with a connection of its own it could wait for one that only the end of the
   * transaction sets free.
   */
  private final ScopedValue<Connection> inside = ScopedValue.newInstance();

  /** Why the last step failed; null if it did not. */
  private volatile @Nullable String failure;

  /** A server that is full or read-only still answers queries. */
  private final LastFailure writes = new LastFailure();

  /** A server that is full may still take the renewal of a lease. */
  private final LastFailure renewals = new LastFailure();

  /**
   * @param most how many connections the pool has
   */
  Database(DataSource connections, int most, Runnable afterClose) {
    this.connections = connections;
    this.room = new Semaphore(Math.max(1, most - RESERVED), true);
    this.afterClose = afterClose;
  }

  /** What is done with a connection. */
  interface Step<T> {
    T with(Connection connection) throws SQLException;
  }

  /** Does a step whose statements are independent of each other, such as a single one. */
  <T> T single(Step<T> step) {
    return attempt(step, room);
  }

  /** Does a step of a single statement that adds or changes rows. */
  <T> T singleWrite(Step<T> step) {
    return writes.noting(() -> attempt(step, room));
  }

  /** Does a step that adds or changes rows, as one transaction, like {@link #transaction}. */
  <T> T write(Step<T> step) {
    return writes.noting(() -> transaction(step));
  }

  /** Renews a lease, as one transaction, like {@link #transaction}. */
  <T> T renew(Step<T> step) {
    return renewals.noting(() -> transaction(step, roomForRenewals));
  }

  /** Does a step that lasts; if it fails, the store is not taken for failing. */
  <T> T apart(Step<T> step) throws SQLException {
    if (closed.get()) {
      throw new StoreUnavailableException("The store is closed.");
    }
    try (Connection connection = connections.getConnection()) {
      return step.with(connection);
    }
  }

  /** Does a step as one transaction, and again if another transaction made it impossible. */
  <T> T transaction(Step<T> step) {
    return transaction(step, room);
  }

  private <T> T transaction(Step<T> step, Semaphore where) {
    if (inside.isBound()) {
      return attempt(step, where);
    }
    for (int attempt = 1; ; attempt++) {
      try {
        return attempt(connection -> inTransaction(connection, step), where);
      } catch (StoreUnavailableException e) {
        if (attempt == MOST_ATTEMPTS || !isRepeatable(e)) {
          throw e;
        }
      }
    }
  }

  private static boolean isRepeatable(StoreUnavailableException failure) {
    return failure.getCause() instanceof SQLException cause
        && REPEATABLE.contains(String.valueOf(cause.getSQLState()));
  }

  private <T> T inTransaction(Connection connection, Step<T> step) throws SQLException {
    connection.setAutoCommit(false);
    boolean committed = false;
    try {
      T result = ScopedValue.where(inside, connection).call(() -> step.with(connection));
      connection.commit();
      committed = true;
      return result;
    } finally {
      giveUp(connection, committed);
    }
  }

  /** Makes a connection ready for the next step. A failure changes nothing of what was done. */
  private static void giveUp(Connection connection, boolean committed) {
    try {
      if (!committed) {
        connection.rollback();
      }
      connection.setAutoCommit(true);
    } catch (SQLException e) {
      LOG.debug("The connection is lost", e);
    }
  }

  private <T> T attempt(Step<T> step, Semaphore where) {
    if (closed.get()) {
      throw new StoreUnavailableException("The store is closed.");
    }
    if (inside.isBound()) {
      return attempt(inside.get(), step);
    }
    take(where);
    try {
      return connected(step);
    } finally {
      where.release();
    }
  }

  private <T> T connected(Step<T> step) {
    Connection connection;
    try {
      connection = connections.getConnection();
    } catch (SQLException e) {
      throw unavailable(e);
    }
    try {
      return attempt(connection, step);
    } finally {
      giveBack(connection);
    }
  }

  /** Returns a connection to the pool. A failure changes nothing of what was done. */
  private static void giveBack(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      LOG.debug("The connection is lost", e);
    }
  }

  private void take(Semaphore where) {
    try {
      if (!where.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        throw unavailable(new SQLException("All connections are in use"));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreUnavailableException("The call was interrupted.", e);
    }
  }

  private <T> T attempt(Connection connection, Step<T> step) {
    try {
      T result = step.with(connection);
      failure = null;
      return result;
    } catch (SQLException e) {
      StoreUnavailableException failed = unavailable(e);
      throw isBroken(state(e)) ? unanswered(failed) : failed;
    }
  }

  /** Whether the connection ended: a commit that it was asked for may have been made. */
  private static boolean isBroken(String state) {
    return state.startsWith("08") || state.startsWith("57P");
  }

  private static StoreUnansweredException unanswered(StoreUnavailableException failure) {
    return new StoreUnansweredException(
        Objects.requireNonNull(failure.getMessage()), Objects.requireNonNull(failure.getCause()));
  }

  private static String state(SQLException failure) {
    return Objects.requireNonNullElse(failure.getSQLState(), "");
  }

  private StoreUnavailableException unavailable(SQLException cause) {
    LOG.debug("The database failed", cause);
    String state = state(cause);
    String why =
        switch (state.equals(READ_ONLY) ? state : state.substring(0, Math.min(2, state.length()))) {
          case READ_ONLY -> "The database is read-only.";
          case "08" -> "The database cannot be reached.";
          // The pool's own exception, or that there is no room.
          case "" -> "The database answers too slowly: no connection to it was free in time.";
          case "55", "57" -> "The database takes no connections now.";
          case "53" -> "The database has no room or no connections left.";
          case "28" -> "The database rejects the user or the password.";
          default -> "The database failed (SQL state " + state + ").";
        };
    if (!REPEATABLE.contains(state)) {
      failure = why;
    }
    return new StoreUnavailableException(why, cause);
  }

  /** Returns why the database fails, as a sentence; empty if it does not. */
  Optional<String> failure() {
    return Optional.ofNullable(failure).or(writes::why).or(renewals::why);
  }

  /** Idempotent. */
  void close() {
    if (closed.compareAndSet(false, true)) {
      afterClose.run();
    }
  }
}
