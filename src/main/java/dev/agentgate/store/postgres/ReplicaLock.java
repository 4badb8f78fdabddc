package dev.agentgate.store.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The right of one service to use a database. It is an advisory lock of a connection that nothing
 * else uses, so it is free as soon as the server knows that the service is gone.
 *
 * <p>If the connection breaks, the lock is taken again. Another service may have been faster; then
 * this one must end.
 */
public final class ReplicaLock implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(ReplicaLock.class);

  /** How long the server may take to notice that a service on the same machine was killed. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final Duration LOOK_AGAIN = Duration.ofMillis(200);
  private static final Duration CHECK_EVERY = Duration.ofSeconds(2);
  private static final int CHECK_TIMEOUT_SECONDS = 10;

  private final DataSource connections;
  private final Runnable lost;

  /** Guards the fields below, and is held while the connection is used. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition closing = lock.newCondition();
  private @Nullable Connection connection;
  private boolean closed;

  private ReplicaLock(DataSource connections, Connection connection, Runnable lost) {
    this.connections = connections;
    this.connection = connection;
    this.lost = lost;
  }

  /**
   * Takes the lock, and keeps it until it is closed.
   *
   * @param lost called once if another service has taken the lock while the database was out of
   *     reach
   * @throws DatabaseRefusedException if another service holds the lock, or if the server is unfit
   */
  public static ReplicaLock take(DataSource connections, Runnable lost) throws SQLException {
    Connection connection = connections.getConnection();
    boolean taken = false;
    try {
      refuseUnfit(connection);
      prepare(connection);
      if (!tryFor(connection, PATIENCE)) {
        throw new DatabaseRefusedException(
            "Another AgentGate uses the database"
                + holder(connection)
                + ". One database serves one AgentGate: stop the other, or name another database.");
      }
      ReplicaLock held = new ReplicaLock(connections, connection, lost);
      // Not a virtual thread: it starts before all classes are loaded.
      Thread.ofPlatform().daemon().name("replica-lock").start(held::keep);
      taken = true;
      return held;
    } finally {
      if (!taken) {
        connection.close();
      }
    }
  }

  private static void refuseUnfit(Connection connection) throws SQLException {
    List<String> problems = ServerCheck.problems(connection);
    if (!problems.isEmpty()) {
      throw new DatabaseRefusedException(
          "The database cannot be used. " + String.join(" ", problems));
    }
  }

  /** Lets the server notice within half a minute that the machine of this service is gone. */
  private static void prepare(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET tcp_keepalives_idle = 10");
      statement.execute("SET tcp_keepalives_interval = 5");
      statement.execute("SET tcp_keepalives_count = 3");
    }
  }

  private static boolean tryFor(Connection connection, Duration atMost) throws SQLException {
    long until = System.nanoTime() + atMost.toNanos();
    ReentrantLock pause = new ReentrantLock();
    Condition never = pause.newCondition();
    while (!Locks.replica(connection)) {
      if (System.nanoTime() - until > 0) {
        return false;
      }
      pause.lock();
      try {
        long _ = never.awaitNanos(LOOK_AGAIN.toNanos());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      } finally {
        pause.unlock();
      }
    }
    return true;
  }

  /** Returns who holds the lock, for a person; empty if the server does not tell. */
  private static String holder(Connection connection) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT a.client_addr::text, a.backend_start FROM pg_locks l
            JOIN pg_stat_activity a ON a.pid = l.pid
            WHERE l.locktype = 'advisory' AND l.granted AND l.classid = ?
              AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """)) {
      select.setLong(1, Locks.REPLICA);
      try (ResultSet row = select.executeQuery()) {
        return row.next()
            ? " (from %s, since %s)".formatted(row.getString(1), row.getString(2))
            : "";
      }
    }
  }

  private void keep() {
    lock.lock();
    try {
      while (!closed) {
        long _ = closing.awaitNanos(TimeUnit.NANOSECONDS.convert(CHECK_EVERY));
        if (!closed && !isHeld() && !takeAgain()) {
          closed = true;
          LOG.error("Another AgentGate has taken over the database, so this one ends");
          lost.run();
        }
      }
    } catch (InterruptedException e) {
      LOG.warn("The lock of the database is no longer watched", e);
    } finally {
      lock.unlock();
    }
  }

  private boolean isHeld() {
    try {
      return connection != null && connection.isValid(CHECK_TIMEOUT_SECONDS);
    } catch (SQLException e) {
      return false;
    }
  }

  /** Returns false if another service holds the lock. */
  private boolean takeAgain() {
    release();
    Connection another = null;
    try {
      another = connections.getConnection();
      prepare(another);
      if (!tryFor(another, PATIENCE)) {
        another.close();
        return false;
      }
      connection = another;
      LOG.info("The lock of the database is held again after its connection was lost");
    } catch (SQLException e) {
      LOG.debug("The database is out of reach", e);
      close(another);
    }
    return true;
  }

  private void release() {
    close(connection);
    connection = null;
  }

  private static void close(@Nullable Connection connection) {
    if (connection == null) {
      return;
    }
    try (connection) {
      Locks.release(connection);
    } catch (SQLException e) {
      LOG.debug("The connection of the lock was lost", e);
    }
  }

  /** Releases the lock. Idempotent. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      closing.signalAll();
      release();
    } finally {
      lock.unlock();
    }
  }
}
