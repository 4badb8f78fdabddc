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
import org.jspecify.annotations.Nullable;

/**
 * Finds out how many orders wait before another one. PostgreSQL can only count them, and that takes
 * long in a long queue. So only the head of the queue is counted each time. Farther back, what is
 * counted are the orders behind a landmark: an order whose position was known a moment ago.
 */
final class QueuePositions {
  /** So many orders are the head of the queue. */
  static final int HEAD = 1_000;

  /** The distance between two landmarks. */
  static final int STEP = 200;

  private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** At most one part in so many of the time goes into looking for landmarks. */
  private static final long PARTS = 20;

  private final Database database;
  private final LongSupplier nanoTime;

  /** Held to look for landmarks, so that all who need some wait for one of them. */
  private final ReentrantLock looking = new ReentrantLock();

  private volatile @Nullable Landmarks landmarks;

  QueuePositions(Database database) {
    this(database, System::nanoTime);
  }

  /**
   * @param nanoTime tells how old landmarks are
   */
  QueuePositions(Database database, LongSupplier nanoTime) {
    this.database = database;
    this.nanoTime = nanoTime;
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
   * @param at the time when they were known
   * @param took how many nanoseconds it took to find them
   */
  private record Landmarks(List<Place> places, long at, long took) {

    boolean areFresh(long now) {
      return now - at <= Math.max(FRESH_NANOS, PARTS * took);
    }

    /** Whether the queue was longer than its head. */
    boolean leaveTheHead() {
      return places.size() * STEP > HEAD;
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
   * Beyond the head of the queue, the number may be about a second old.
   */
  OptionalInt of(WorkOrderId id) {
    return database.single(connection -> {
      Optional<Landmarks> known = fresh().filter(Landmarks::leaveTheHead);
      try (PreparedStatement select =
          connection.prepareStatement(
              """
              SELECT jump, rank, queued_at, id, (SELECT count(*) FROM
                (SELECT FROM queue q
                 WHERE (q.jump, q.rank, q.queued_at, q.id)
                   <= (mine.jump, mine.rank, mine.queued_at, mine.id)
                 ORDER BY q.jump, q.rank, q.queued_at, q.id LIMIT ?) head)
              FROM queue mine WHERE id = ?
              """)) {
        int most = 1 + (known.isPresent() ? STEP : HEAD);
        Parameters _ = new Parameters(select).number(most).plain(id.value());
        try (ResultSet row = select.executeQuery()) {
          if (!row.next()) {
            return OptionalInt.empty();
          }
          int counted = row.getInt(5);
          return OptionalInt.of(
              counted < most
                  ? counted
                  : behindLandmark(
                      connection,
                      known.isPresent() ? known.get() : landmarks(connection),
                      Place.read(row)));
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

  private Optional<Landmarks> fresh() {
    return Optional.ofNullable(landmarks).filter(known -> known.areFresh(nanoTime.getAsLong()));
  }

  private Landmarks landmarks(Connection connection) throws SQLException {
    looking.lock();
    try {
      Optional<Landmarks> known = fresh();
      if (known.isPresent()) {
        return known.get();
      }
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
