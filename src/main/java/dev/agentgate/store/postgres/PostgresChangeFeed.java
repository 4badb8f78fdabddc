package dev.agentgate.store.postgres;

import dev.agentgate.store.ChangeFeed;
import dev.agentgate.store.ChangeRing;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.workorder.WorkOrderStatus;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;

/**
 * The latest changes of all instances, read from their table whenever somebody asks.
 *
 * <p>Transactions do not commit in the order in which they number their changes. So a number may be
 * missing for now, and its change is told once it is there. That keeps the changes of one order in
 * their order: a change is numbered while its order's row is locked, so the next change of the
 * order is never visible before it.
 */
final class PostgresChangeFeed implements ChangeFeed {
  /** How many changes a reader may be behind. */
  static final int KEPT = 1_000;

  /** How many changes the table keeps at least, for instances that read them late. */
  private static final long KEPT_ROWS = 10L * KEPT;

  private static final Logger LOG = Logger.getLogger(PostgresChangeFeed.class);

  private final Database database;
  private final Signals signals;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

  /** The changes of this instance since it last removed old ones; the first signal removes some. */
  private final AtomicLong told = new AtomicLong(KEPT);

  /** Guards {@link #wakes}. Nothing is read while it is held: all who change something take it. */
  private final ReentrantLock waking = new ReentrantLock();

  private final Condition more = waking.newCondition();

  /** How often readers were woken. */
  private long wakes;

  /** Guards the fields below. It is held while the database is read, so only readers take it. */
  private final ReentrantLock reading = new ReentrantLock();

  private final ChangeRing ring = new ChangeRing(KEPT);

  /** The highest number seen. */
  private long last;

  /**
   * Missing numbers. Each has the first transaction that began after the number was given out: when
   * no older transaction is left, the change was rolled back.
   */
  private final Map<Long, Long> missing = new TreeMap<>();

  PostgresChangeFeed(Database database, Instance instance) {
    this.database = database;
    this.signals = new Signals(database, instance, this::othersChanged, this::trimInTime);
    long newest =
        database.single(
            connection -> number(connection, "SELECT coalesce(max(number), 0) FROM changes"));
    last = Math.max(0, newest - KEPT);
    reading.lock();
    try {
      read();
    } finally {
      reading.unlock();
    }
  }

  /** Begins to tell other instances of changes, and to be told. */
  void start() {
    signals.start();
  }

  @Override
  public void whenOthersChange(Runnable wake) {
    listeners.add(wake);
  }

  private void othersChanged() {
    wakeReaders();
    for (Runnable listener : listeners) {
      try {
        listener.run();
      } catch (RuntimeException e) {
        LOG.error("What waits for changes of other instances failed; continuing", e);
      }
    }
  }

  private void wakeReaders() {
    waking.lock();
    try {
      wakes++;
      more.signalAll();
    } finally {
      waking.unlock();
    }
  }

  private long wakes() {
    waking.lock();
    try {
      return wakes;
    } finally {
      waking.unlock();
    }
  }

  /** Waits until readers are woken again after a number of times, or until a time has passed. */
  private void awaitWake(long after, long nanos) throws InterruptedException {
    waking.lockInterruptibly();
    try {
      long left = nanos;
      while (wakes == after && left > 0) {
        left = more.awaitNanos(left);
      }
    } finally {
      waking.unlock();
    }
  }

  /** Notes that this instance has made a change. Returns at once, whatever the database does. */
  void tell() {
    told.incrementAndGet();
    wakeReaders();
    signals.changed();
  }

  /** Removes old changes now and then. */
  private void trimInTime() {
    if (told.get() >= KEPT) {
      told.set(0);
      trim();
    }
  }

  private void trim() {
    try {
      int _ =
          // One statement without a transaction: an instance that hangs holds no lock of it.
          database.single(connection -> {
            try (PreparedStatement delete =
                connection.prepareStatement(
                    """
                    WITH old AS (SELECT max(number) - ? AS number FROM changes),
                      gone AS (DELETE FROM changes WHERE number <= (SELECT number FROM old)
                        RETURNING number)
                    UPDATE service SET changes_trimmed = greatest(changes_trimmed,
                      (SELECT max(number) FROM gone))
                    WHERE EXISTS (SELECT FROM gone)
                    """)) {
              delete.setLong(1, KEPT_ROWS);
              return delete.executeUpdate();
            }
          });
    } catch (StoreUnavailableException e) {
      LOG.debug("Old changes could not be removed now", e);
    }
  }

  /** The state of the database before its changes are read. */
  private record Before(long oldestTransaction, long trimmed) {}

  private record Row(long number, Entry entry) {}

  /** Reads what is new. */
  private void read() {
    boolean whole;
    do {
      whole = database.single(this::readSome);
    } while (!whole);
  }

  private boolean readSome(Connection connection) throws SQLException {
    Before before = before(connection);
    if (before.trimmed() > last) {
      last = before.trimmed();
      missing.clear();
      ring.beginAnother();
    }
    List<Row> rows = rows(connection);
    List<Long> gaps = new ArrayList<>();
    for (Row row : rows) {
      missing.remove(row.number());
      for (long number = last + 1; number < row.number(); number++) {
        gaps.add(number);
      }
      last = Math.max(last, row.number());
      ring.add(row.entry());
    }
    missing.values().removeIf(first -> first <= before.oldestTransaction());
    if (!gaps.isEmpty()) {
      long next =
          number(connection, "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint");
      gaps.forEach(number -> missing.put(number, next));
    }
    return rows.size() < KEPT;
  }

  private static long number(Connection connection, String sql) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(sql);
        ResultSet row = select.executeQuery()) {
      row.next();
      return row.getLong(1);
    }
  }

  private static Before before(Connection connection) throws SQLException {
    try (PreparedStatement select =
            connection.prepareStatement(
                "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, changes_trimmed"
                    + " FROM service");
        ResultSet row = select.executeQuery()) {
      row.next();
      return new Before(row.getLong(1), row.getLong(2));
    }
  }

  /**
   * Reads what was missing and what is new. It is one statement, so that it sees both at the same
   * moment; with {@code OR} in its place, PostgreSQL may read the whole table.
   */
  private List<Row> rows(Connection connection) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT number, order_id, revision, status FROM changes WHERE number = ANY (?)
            UNION ALL
            (SELECT number, order_id, revision, status FROM changes WHERE number > ?
             ORDER BY number LIMIT ?)
            ORDER BY number LIMIT ?
            """)) {
      select.setArray(1, connection.createArrayOf("bigint", missing.keySet().toArray()));
      select.setLong(2, last);
      select.setInt(3, KEPT);
      select.setInt(4, KEPT);
      List<Row> rows = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          rows.add(
              new Row(
                  row.getLong(1),
                  new Entry(
                      OrderRows.id(row.getString(2)),
                      row.getLong(3),
                      Optional.ofNullable(row.getString(4)).flatMap(WorkOrderStatus::parse))));
        }
      }
      return rows;
    }
  }

  @Override
  public Position latest() {
    reading.lock();
    try {
      read();
      return ring.latest();
    } finally {
      reading.unlock();
    }
  }

  @Override
  public Changes after(Position position, int limit) {
    reading.lock();
    try {
      read();
      return ring.after(position, limit);
    } finally {
      reading.unlock();
    }
  }

  @Override
  public boolean await(Position position, Duration atMost) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.NANOSECONDS.convert(atMost);
    while (true) {
      // Before the read: what is changed after it wakes this reader at once.
      long before = wakes();
      if (hasAfter(position)) {
        return true;
      }
      long left = until - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      awaitWake(before, Math.min(left, signals.lookAgain().toNanos()));
    }
  }

  private boolean hasAfter(Position position) throws InterruptedException {
    reading.lockInterruptibly();
    try {
      read();
      return ring.hasAfter(position);
    } finally {
      reading.unlock();
    }
  }

  void close() {
    signals.close();
  }
}
