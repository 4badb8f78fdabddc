package dev.agentgate.store.postgres;

import dev.agentgate.workorder.QueueEntry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/**
 * The place of an order in the queue as two numbers, so that an index keeps the queue in the order
 * of {@link QueueEntry#order}: the smaller {@link #jump} comes first, then the smaller {@link #of}.
 *
 * @param aging how long an order must wait to gain one step of priority; empty: waiting does not
 *     count
 */
record QueueRank(Optional<Duration> aging) {

  long of(QueueEntry entry) {
    return aging.isEmpty()
        ? -entry.priority()
        : entry.queuedAt().toEpochMilli() - entry.priority() * aging.get().toMillis();
  }

  /** Returns 0 for an order that no user moved to the head; the order moved last has the least. */
  static long jump(QueueEntry entry) {
    return entry.expeditedAt().map(at -> -StoredTime.write(at)).orElse(0L);
  }

  /** Ranks what was ranked by another setting. */
  void apply(Connection connection) throws SQLException {
    String rank = aging.isEmpty() ? "-priority + 0 * ?" : "queued_at / 1000000 - priority * ?";
    try (PreparedStatement update =
        connection.prepareStatement(
            "UPDATE queue SET rank = %1$s WHERE rank <> %1$s".formatted(rank))) {
      long millis = aging.map(Duration::toMillis).orElse(0L);
      update.setLong(1, millis);
      update.setLong(2, millis);
      update.executeUpdate();
    }
  }
}
