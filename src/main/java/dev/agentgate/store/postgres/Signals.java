package dev.agentgate.store.postgres;

import dev.agentgate.store.StoreUnavailableException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * Wakes the other instances after a change, with {@code NOTIFY}, and is woken by them, with {@code
 * LISTEN}. A signal says only that something changed; what it was is in the tables.
 *
 * <p>A commit with a {@code NOTIFY} holds a lock that all such commits of the server need, so none
 * is ever part of a change. One thread sends, not more than {@value #PER_SECOND} times a second,
 * and once for all changes until then. Another thread listens, on a connection that nothing else
 * uses.
 *
 * <p>Each instance also listens for its own signals, and sends one now and then without a change.
 * If they do not arrive, {@code LISTEN} does not work: the connection is broken without a sign of
 * it, or a pooler gives each transaction another server process. Until they arrive again, the
 * instance behaves as if there was a signal every second.
 */
final class Signals {
  static final int PER_SECOND = 20;

  private static final String CHANNEL = "agentgate";
  private static final long GAP_NANOS = TimeUnit.SECONDS.toNanos(1) / PER_SECOND;
  private static final Duration HEARTBEAT = Duration.ofSeconds(5);
  private static final Duration SILENCE = HEARTBEAT.multipliedBy(3);
  private static final Duration LISTEN_AT_ONCE = Duration.ofSeconds(5);
  private static final Duration POLL = Duration.ofSeconds(1);
  private static final String CHANGED = "changed";
  private static final String ALIVE = "alive";
  private static final Logger LOG = Logger.getLogger(Signals.class);

  private final Database database;

  /** Begins the payload of this instance's signals. */
  private final String self;

  private final Runnable woken;
  private final Runnable afterSending;

  /** Guards {@link #pending} and {@link #closed}. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition wakeSender = lock.newCondition();
  private boolean pending;
  private volatile boolean closed;
  private volatile boolean listening;
  private volatile boolean refused;

  /**
   * @param woken called after changes of others; it must return at once
   * @param afterSending called after each signal was sent; nothing that changes the store waits for
   *     it
   */
  Signals(Database database, Instance instance, Runnable woken, Runnable afterSending) {
    this.database = database;
    this.self = instance.epoch() + " ";
    this.woken = woken;
    this.afterSending = afterSending;
  }

  /** Starts the threads. They are no virtual threads, because not all classes are loaded yet. */
  void start() {
    Thread.ofPlatform().daemon().name("store-listener").start(this::listen);
    Thread.ofPlatform().daemon().name("store-notifier").start(this::send);
  }

  /** Returns how long a reader may wait before it looks by itself. */
  Duration lookAgain() {
    return listening ? LISTEN_AT_ONCE : POLL;
  }

  /** Tells the others soon that something changed. Returns at once. */
  void changed() {
    lock.lock();
    try {
      pending = true;
      wakeSender.signal();
    } finally {
      lock.unlock();
    }
  }

  private void send() {
    long heartbeat = System.nanoTime();
    while (!closed) {
      boolean changed = awaitPending(heartbeat);
      if (!closed && (changed || System.nanoTime() - heartbeat >= 0)) {
        boolean sent = notifyAll(changed ? CHANGED : ALIVE);
        heartbeat = System.nanoTime() + HEARTBEAT.toNanos();
        if (sent) {
          afterSending.run();
        } else if (changed) {
          changed();
        }
        pause(sent ? GAP_NANOS : POLL.toNanos());
      }
    }
  }

  /** Waits until there is a change to tell of, or until a time. */
  private boolean awaitPending(long until) {
    lock.lock();
    try {
      long left = until - System.nanoTime();
      while (!pending && !closed && left > 0) {
        left = wakeSender.awaitNanos(left);
      }
      boolean changed = pending;
      pending = false;
      return changed;
    } catch (InterruptedException e) {
      closed = true;
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Returns whether the signal was sent. */
  private boolean notifyAll(String what) {
    try {
      boolean _ =
          database.single(connection -> {
            // Nobody waits for its sync: a signal does not survive a crash anyway.
            try (PreparedStatement select =
                connection.prepareStatement(
                    """
                    SELECT pg_notify(?, ?) FROM set_config('synchronous_commit', 'off', true)
                    """)) {
              select.setString(1, CHANNEL);
              select.setString(2, self + what);
              return select.execute();
            }
          });
      return true;
    } catch (StoreUnavailableException e) {
      LOG.debug("The other instances cannot be told of changes now", e);
      return false;
    }
  }

  private void listen() {
    while (!closed) {
      try {
        boolean _ = database.apart(this::listen);
      } catch (SQLException | StoreUnavailableException e) {
        LOG.debug("The connection that listens is lost", e);
      } catch (RuntimeException e) {
        LOG.error("Listening for changes of other instances failed; continuing", e);
      }
      listening = false;
      if (!closed) {
        woken.run();
        pause(POLL.toNanos());
      }
    }
  }

  /** Listens until the signals of this instance no longer arrive. */
  private boolean listen(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("LISTEN " + CHANNEL);
    }
    PGConnection server = connection.unwrap(PGConnection.class);
    // Something may have changed before; and this instance's own signal shows that others arrive.
    woken.run();
    changed();
    long heard = System.nanoTime();
    try {
      while (!closed && System.nanoTime() - heard < SILENCE.toNanos()) {
        Duration wait = listening ? LISTEN_AT_ONCE : POLL;
        PGNotification[] signals = server.getNotifications((int) wait.toMillis());
        if (signals != null && take(signals)) {
          heard = System.nanoTime();
        }
        if (!listening) {
          woken.run();
        }
      }
    } finally {
      // Not for the pool: it still listens, and perhaps the server is out of reach.
      connection.abort(Runnable::run);
    }
    if (!closed && !refused) {
      refused = true;
      LOG.warn(
          "LISTEN does not work, so this instance looks for changes of others every second. A"
              + " pooler that gives each transaction another connection is one reason.");
    }
    return true;
  }

  /** Returns whether one of them is this instance's own. */
  private boolean take(PGNotification[] signals) {
    boolean own = false;
    boolean others = false;
    for (PGNotification signal : signals) {
      if (signal.getParameter().startsWith(self)) {
        own = true;
      } else {
        others |= signal.getParameter().endsWith(CHANGED);
      }
    }
    if (own) {
      listening = true;
      refused = false;
    }
    if (others) {
      woken.run();
    }
    return own;
  }

  private void pause(long nanos) {
    lock.lock();
    try {
      long left = nanos;
      while (!closed && left > 0) {
        left = wakeSender.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      closed = true;
    } finally {
      lock.unlock();
    }
  }

  /** Ends the threads, the one that listens a little later. Idempotent. */
  void close() {
    lock.lock();
    try {
      closed = true;
      wakeSender.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
