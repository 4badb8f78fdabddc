package dev.agentgate.store.postgres;

import dev.agentgate.store.Runs;
import dev.agentgate.store.json.RunCodec;
import dev.agentgate.store.json.UnreadableRecordException;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.Publication;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrderId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jboss.logging.Logger;

/** The records of runs. */
final class PostgresRuns implements Runs {
  private static final Logger LOG = Logger.getLogger(PostgresRuns.class);

  private final Database database;
  private final Instance instance;

  PostgresRuns(Database database, Instance instance) {
    this.database = database;
    this.instance = instance;
  }

  /**
   * A run's record need not survive a crash of the database's machine, so nobody waits for its
   * sync. It is never newer than its order on disk: what is committed later is synced later. The
   * lock keeps another instance from taking the order over before the record is written.
   */
  private static final String SAVE =
      """
      INSERT INTO runs (id, order_id, unpublished, body, publisher)
      SELECT ?, ?, ?, ?, ? FROM running r, set_config('synchronous_commit', 'off', true)
      WHERE r.id = ? AND r.run = ? AND r.owner = ? AND
      """
          + Instance.IS_CURRENT
          + """

          FOR SHARE OF r
          ON CONFLICT (id) DO UPDATE
          SET unpublished = excluded.unpublished, body = excluded.body,
            publisher = excluded.publisher
          """;

  /** Without the workspace, a publication can be completed from the files that are kept here. */
  private static final Duration PATIENCE_WITHOUT_FILES = Duration.ofDays(1);

  @Override
  public void save(Run run) {
    int saved =
        database.singleWrite(connection -> {
          try (PreparedStatement save = connection.prepareStatement(SAVE)) {
            set(save, run);
            save.setString(5, isUnpublished(run) ? instance.stored() : null);
            save.setString(6, run.workOrderId().value());
            save.setString(7, run.id().value());
            save.setString(8, instance.stored());
            instance.set(save, 9);
            return save.executeUpdate();
          }
        });
    if (saved == 0) {
      LOG.warnf("The record of %s was not written: this instance no longer owns the run", run.id());
    }
  }

  @Override
  public Optional<Run> change(RunId id, UnaryOperator<Run> change) {
    return database.write(connection -> {
      Optional<Run> before = lock(connection, id);
      Optional<Run> after = before.map(change);
      if (!after.equals(before)) {
        replace(connection, after.orElseThrow());
      }
      return after;
    });
  }

  /**
   * Returns a run that this instance may change, and locks its row. The lock does not wait for the
   * archiving of the run.
   */
  private Optional<Run> lock(Connection connection, RunId id) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT body, %s FROM runs
            WHERE id = ? AND (NOT unpublished OR publisher IS NULL OR publisher = ?)
              AND NOT EXISTS (
                SELECT FROM running r
                WHERE r.id = runs.order_id AND r.run = runs.id AND r.owner <> ?)
              AND %s
            FOR NO KEY UPDATE OF runs
            """
                .formatted(Locks.LIMITS, Instance.IS_CURRENT))) {
      select.setString(1, id.value());
      select.setString(2, instance.stored());
      select.setString(3, instance.stored());
      instance.set(select, 4);
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? decode(id.value(), row.getBytes(1)) : Optional.empty();
      }
    }
  }

  private void replace(Connection connection, Run run) throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(
            "UPDATE runs SET unpublished = ?, body = ?, publisher = ? WHERE id = ?")) {
      update.setBoolean(1, isUnpublished(run));
      update.setBytes(2, RunCodec.encode(run));
      update.setString(3, isUnpublished(run) ? instance.stored() : null);
      update.setString(4, run.id().value());
      update.executeUpdate();
    }
  }

  /** Adds the records of new runs in the caller's transaction. */
  static void add(Connection connection, List<Run> runs) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO runs (id, order_id, unpublished, body) VALUES (?, ?, ?, ?)")) {
      for (Run run : runs) {
        set(insert, run);
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  /**
   * Adds or replaces the records of runs in the caller's transaction, without a check of the owner.
   */
  static void put(Connection connection, List<Run> runs) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            """
            INSERT INTO runs (id, order_id, unpublished, body) VALUES (?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE
            SET unpublished = excluded.unpublished, body = excluded.body
            WHERE runs.body <> excluded.body
            """)) {
      for (Run run : runs) {
        set(insert, run);
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  private static void set(PreparedStatement statement, Run run) throws SQLException {
    statement.setString(1, run.id().value());
    statement.setString(2, run.workOrderId().value());
    statement.setBoolean(3, isUnpublished(run));
    statement.setBytes(4, RunCodec.encode(run));
  }

  static boolean isUnpublished(Run run) {
    return run.results().hasPublication(Publication.Status.PENDING);
  }

  @Override
  public void remove(RunId run) {
    int _ =
        database.singleWrite(connection -> {
          try (PreparedStatement delete =
              connection.prepareStatement(
                  """
                  DELETE FROM runs
                  WHERE id = ? AND NOT EXISTS (
                    SELECT FROM running r WHERE r.run = runs.id AND r.owner <> ?) AND
                  """
                      + Instance.IS_CURRENT)) {
            delete.setString(1, run.value());
            delete.setString(2, instance.stored());
            instance.set(delete, 3);
            return delete.executeUpdate();
          }
        });
  }

  /** Removes the record of a run in the caller's transaction, which has locked its order. */
  static int remove(Connection connection, RunId run) throws SQLException {
    try (PreparedStatement delete = connection.prepareStatement("DELETE FROM runs WHERE id = ?")) {
      delete.setString(1, run.value());
      return delete.executeUpdate();
    }
  }

  @Override
  public Optional<Run> find(RunId id) {
    Optional<byte[]> body =
        database.single(connection -> {
          try (PreparedStatement select =
              connection.prepareStatement("SELECT body FROM runs WHERE id = ?")) {
            select.setString(1, id.value());
            try (ResultSet row = select.executeQuery()) {
              return row.next() ? Optional.of(row.getBytes(1)) : Optional.empty();
            }
          }
        });
    return body.flatMap(it -> decode(id.value(), it));
  }

  static Optional<Run> decode(String id, byte[] body) {
    try {
      return Optional.of(RunCodec.decode(body, body.length));
    } catch (UnreadableRecordException e) {
      LOG.warnf("The record of %s is damaged and is treated as missing: %s", id, e.getMessage());
      return Optional.empty();
    }
  }

  @Override
  public List<RunId> unpublished() {
    return database.single(connection -> {
      try (PreparedStatement select =
          connection.prepareStatement(
              """
              SELECT id, publisher, CASE WHEN publisher IS NULL THEN body END AS body FROM runs
              WHERE unpublished AND (publisher IS NULL OR publisher = ?)
              """)) {
        select.setString(1, instance.stored());
        List<RunId> ids = new ArrayList<>();
        try (ResultSet rows = select.executeQuery()) {
          while (rows.next()) {
            boolean isOwn =
                rows.getString("publisher") != null
                    || decode(rows.getString("id"), rows.getBytes("body"))
                        .filter(run -> run.instance().filter(this::isAnother).isEmpty())
                        .isPresent();
            Optional<RunId> id = RunId.parse(rows.getString("id"));
            if (isOwn && id.isPresent()) {
              ids.add(id.get());
            }
          }
        }
        return ids;
      }
    });
  }

  private boolean isAnother(InstanceId other) {
    return !other.equals(instance.id());
  }

  /**
   * A pending publication.
   *
   * @param publisher the instance that is to complete it, as it is stored
   * @param isFree whether this needs nothing that only the run's own instance has
   */
  private record Pending(RunId run, String publisher, boolean isFree) {}

  /** Returns the pending publications of other instances that were silent at a moment. */
  private List<Pending> pendingElsewhere(Connection connection, Instant since) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT r.id, r.publisher, r.body,
              EXISTS (SELECT FROM run_files f WHERE f.run = r.id) AS kept
            FROM runs r
            WHERE r.unpublished AND (r.publisher IS NULL OR r.publisher <> ?
              AND r.publisher NOT IN (SELECT id FROM instances WHERE last_seen > ?))
            """)) {
      select.setString(1, instance.stored());
      select.setObject(2, OrderRows.parameter(since), OrderRows.INSTANT);
      List<Pending> all = new ArrayList<>();
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          Optional<Run> run = decode(rows.getString("id"), rows.getBytes("body"));
          Optional<String> noted = Optional.ofNullable(rows.getString("publisher"));
          boolean isFree =
              rows.getBoolean("kept") || run.filter(PostgresRuns::isPushed).isPresent();
          run.flatMap(it -> noted.or(() -> it.instance().filter(this::isAnother).map(this::stored)))
              .ifPresent(it -> all.add(new Pending(run.get().id(), it, isFree)));
        }
      }
      return all;
    }
  }

  private String stored(InstanceId id) {
    return StoredText.escape(id.value());
  }

  private static boolean isPushed(Run run) {
    return run.results().publication().flatMap(Publication::commit).isPresent();
  }

  @Override
  public void takeUnpublished(Duration silence) {
    int taken =
        database.transaction(connection -> {
          Instant now = instance.now(connection);
          List<Pending> others = pendingElsewhere(connection, now.minus(silence));
          Set<String> silent = silent(connection, others, now.minus(silence));
          Set<String> gone = silent(connection, others, now.minus(PATIENCE_WITHOUT_FILES));
          List<String> free =
              others.stream()
                  .filter(it -> (it.isFree() ? silent : gone).contains(it.publisher()))
                  .map(it -> it.run().value())
                  .toList();
          return free.isEmpty() ? 0 : take(connection, free, silent);
        });
    if (taken > 0) {
      LOG.warnf("Took over %d pending publications of other instances", taken);
    }
  }

  /**
   * Returns the publishers that have not renewed their leases since. Their rows are not locked: one
   * that comes back at this moment finds that its publications were taken over.
   */
  private static Set<String> silent(Connection connection, List<Pending> pending, Instant since)
      throws SQLException {
    Set<String> publishers = new HashSet<>();
    pending.forEach(it -> publishers.add(it.publisher()));
    if (publishers.isEmpty()) {
      return publishers;
    }
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT id FROM instances WHERE id = ANY (?) AND last_seen > ?
            """)) {
      select.setArray(1, connection.createArrayOf("text", publishers.toArray()));
      select.setObject(2, OrderRows.parameter(since), OrderRows.INSTANT);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          publishers.remove(rows.getString("id"));
        }
      }
    }
    return publishers;
  }

  private int take(Connection connection, List<String> runs, Set<String> from) throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(
            """
            UPDATE runs SET publisher = ?
            WHERE id = ANY (?) AND unpublished AND (publisher IS NULL OR publisher = ANY (?))
            """)) {
      update.setString(1, instance.stored());
      update.setArray(2, connection.createArrayOf("text", runs.toArray()));
      update.setArray(3, connection.createArrayOf("text", from.toArray()));
      return update.executeUpdate();
    }
  }

  @Override
  public List<RunId> ofOrder(WorkOrderId id) {
    return database.single(connection -> {
      try (PreparedStatement select =
          connection.prepareStatement("SELECT unnest(runs) AS run FROM work_orders WHERE id = ?")) {
        select.setString(1, id.value());
        List<RunId> ids = new ArrayList<>();
        try (ResultSet rows = select.executeQuery()) {
          while (rows.next()) {
            RunId.parse(rows.getString(1)).ifPresent(ids::add);
          }
        }
        return ids;
      }
    });
  }

  /** Returns false: the runs of an order can be read even if its body cannot. */
  @Override
  public boolean mayBelongToUnreadableOrder(RunId run) {
    return false;
  }
}
