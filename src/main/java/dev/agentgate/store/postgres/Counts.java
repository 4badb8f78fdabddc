package dev.agentgate.store.postgres;

import dev.agentgate.store.StatusCounts;
import dev.agentgate.store.StoreUnavailableException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;

/** Counts the orders in each status, as the sum of the changes of these numbers. */
final class Counts {
  private static final Logger LOG = Logger.getLogger(Counts.class);

  /** So many rows are summed up quickly. */
  private static final long MOST_ROWS = 1_000;

  private final Database database;

  /** Held to replace rows by their sum: once at a time is enough. */
  private final ReentrantLock condensing = new ReentrantLock();

  Counts(Database database) {
    this.database = database;
  }

  private record Sum(StatusCounts counts, long rows) {}

  StatusCounts all() {
    Sum sum =
        database.single(connection -> {
          try (PreparedStatement select =
                  connection.prepareStatement(
                      """
                      SELECT coalesce(sum(queued), 0)::bigint, coalesce(sum(running), 0)::bigint,
                        coalesce(sum(completed), 0)::bigint, coalesce(sum(failed), 0)::bigint,
                        coalesce(sum(cancelled), 0)::bigint, count(*)
                      FROM status_changes
                      """);
              ResultSet row = select.executeQuery()) {
            row.next();
            return new Sum(
                new StatusCounts(
                    row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4), row.getLong(5)),
                row.getLong(6));
          }
        });
    if (sum.rows() > MOST_ROWS && condensing.tryLock()) {
      try {
        condense();
      } finally {
        condensing.unlock();
      }
    }
    return sum.counts();
  }

  /** Replaces many rows by their sum. Rows that another instance is replacing are left alone. */
  private void condense() {
    try {
      int _ =
          // One statement without a transaction: an instance that hangs holds no lock of it.
          database.single(connection -> {
            try (Statement statement = connection.createStatement()) {
              return statement.executeUpdate(
                  """
                  WITH summed AS (SELECT ctid FROM status_changes FOR UPDATE SKIP LOCKED),
                    gone AS (DELETE FROM status_changes WHERE ctid IN (SELECT ctid FROM summed)
                      RETURNING queued, running, completed, failed, cancelled)
                  INSERT INTO status_changes (queued, running, completed, failed, cancelled)
                  SELECT sum(queued), sum(running), sum(completed), sum(failed), sum(cancelled)
                  FROM gone HAVING count(*) > 0
                  """);
            }
          });
    } catch (StoreUnavailableException e) {
      LOG.debug("The numbers of orders could not be condensed now", e);
    }
  }
}
