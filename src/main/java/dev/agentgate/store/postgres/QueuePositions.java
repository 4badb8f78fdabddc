package dev.agentgate.store.postgres;

import dev.agentgate.workorder.WorkOrderId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Finds out how many orders wait before another one. PostgreSQL can only count them, and that takes
 * long in a long queue. So only the head of the queue is counted each time. Farther back, what is
 * counted are the orders behind a landmark: an order whose position was known a moment ago.
 */
final class QueuePositions {
  /** How many orders count as the head of the queue. */
  static final int HEAD = 1_000;

  /** The distance between two landmarks. */
  static final int STEP = 200;

  private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** If looking for landmarks takes long, it takes at most one part in so many of the time. */
  private static final long PARTS = 20;

  private static final long OLDEST_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final String IN_HEAD =
      """
      SELECT jump, rank, queued_at, id, (SELECT count(*) FROM
        (SELECT FROM queue q
         WHERE (q.jump, q.rank, q.queued_at, q.id)
           <= (mine.jump, mine.rank, mine.queued_at, mine.id)
         ORDER BY q.jump, q.rank, q.queued_at, q.id LIMIT %d) head)
      FROM queue mine WHERE id = ?
      """
          .formatted(HEAD + 1);

  private final Database database;
  private final LongSupplier nanoTime;

  /** Held while looking for landmarks, so that only one thread looks. */
  private final ReentrantLock looking = new ReentrantLock();

  private volatile Landmarks landmarks;

  QueuePositions(Database database) {
    this(database, System::nanoTime);
  }

  /**
   * @param nanoTime tells how old landmarks are
   */
  QueuePositions(Database database, LongSupplier nanoTime) {
    this.database = database;
    this.nanoTime = nanoTime;
    this.landmarks = new Landmarks(List.of(), nanoTime.getAsLong() - 2 * OLDEST_NANOS, 0);
  }

  /** A place in the queue. */
  private record Place(long jump, long rank, long queuedAt, String id)
      implements Comparable<Place> {
    private static final Comparator<Place> ORDER =
        Comparator.comparingLong(Place::jump)
            .thenComparingLong(Place::rank)
            .thenComparingLong(Place::queuedAt)
            .thenComparing(Place::id);

    static Place read(ResultSet row) throws SQLException {
      return new Place(row.getLong(1), row.getLong(2), row.getLong(3), row.getString(4));
    }

    void set(Parameters to) throws SQLException {
      Parameters _ = to.number(jump).number(rank).number(queuedAt).plain(id);
    }

    @Override
    public int compareTo(Place other) {
      return ORDER.compare(this, other);
    }
  }

  /**
   * The places of every {@value #STEP}th order, from the head on.
   *
   * @param at when the search for them began
   * @param took how many nanoseconds it took to find them
   */
  private record Landmarks(List<Place> places, long at, long took) {

    boolean areFresh(long now) {
      return now - at <= Math.clamp(PARTS * took, FRESH_NANOS, OLDEST_NANOS);
    }

    /** Returns the number of the last landmark at a place or before it; 0 in the head. */
    int before(Place place) {
      int found = Collections.binarySearch(places, place);
      int before = found >= 0 ? found + 1 : -found - 1;
      return before * STEP > HEAD ? before : 0;
    }
  }

  /**
   * Returns the number of orders that wait before an order, plus 1; empty if it is not waiting.
   * Beyond the head of the queue, the number may be a second old, in a very long queue up to ten.
   */
  OptionalInt of(WorkOrderId id) {
    return database.single(connection -> {
      try (PreparedStatement select = connection.prepareStatement(IN_HEAD)) {
        select.setString(1, id.value());
        try (ResultSet row = select.executeQuery()) {
          if (!row.next()) {
            return OptionalInt.empty();
          }
          int counted = row.getInt(5);
          return OptionalInt.of(
              counted <= HEAD
                  ? counted
                  : behindLandmark(connection, landmarks(connection), Place.read(row)));
        }
      }
    });
  }

  private static int behindLandmark(Connection connection, Landmarks landmarks, Place place)
      throws SQLException {
    int before = landmarks.before(place);
    Optional<Place> landmark =
        before == 0 ? Optional.empty() : Optional.of(landmarks.places().get(before - 1));
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT count(*) FROM queue WHERE (jump, rank, queued_at, id) <= (?, ?, ?, ?)"
                + (landmark.isPresent() ? " AND " + Placed.BEHIND : ""))) {
      Parameters parameters = new Parameters(select);
      place.set(parameters);
      if (landmark.isPresent()) {
        landmark.get().set(parameters);
      }
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return before * STEP + row.getInt(1);
      }
    }
  }

  /** Returns landmarks, of the last time if another thread is looking for them. */
  private Landmarks landmarks(Connection connection) throws SQLException {
    Landmarks known = landmarks;
    if (known.areFresh(nanoTime.getAsLong()) || !looking.tryLock()) {
      return known;
    }
    try {
      Landmarks found = look(connection);
      landmarks = found;
      return found;
    } finally {
      looking.unlock();
    }
  }

  private Landmarks look(Connection connection) throws SQLException {
    long began = nanoTime.getAsLong();
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT jump, rank, queued_at, id FROM
              (SELECT jump, rank, queued_at, id,
                 row_number() OVER (ORDER BY jump, rank, queued_at, id) AS position
               FROM queue) numbered
            WHERE position % ? = 0 ORDER BY position
            """)) {
      select.setInt(1, STEP);
      List<Place> places = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          places.add(Place.read(row));
        }
      }
      return new Landmarks(places, began, nanoTime.getAsLong() - began);
    }
  }
}
