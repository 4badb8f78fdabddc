package dev.agentgate.store.postgres;

import dev.agentgate.store.Runs;
import dev.agentgate.store.json.RunCodec;
import dev.agentgate.store.json.UnreadableRecordException;
import dev.agentgate.workorder.Publication;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrderId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
   * sync. It is never newer than its order on disk: what is committed later is synced later.
   */
  private static final String SAVE =
      """
      INSERT INTO runs (id, order_id, unpublished, body)
      SELECT ?, ?, ?, ? FROM set_config('synchronous_commit', 'off', true)
      WHERE NOT EXISTS (SELECT FROM running r WHERE r.run = ? AND r.owner <> ?) AND
      """
          + Instance.IS_CURRENT
          + """

          ON CONFLICT (id) DO UPDATE
          SET unpublished = excluded.unpublished, body = excluded.body
          """;

  @Override
  public void save(Run run) {
    int saved =
        database.singleWrite(connection -> {
          try (PreparedStatement save = connection.prepareStatement(SAVE)) {
            set(save, run);
            save.setString(5, run.id().value());
            save.setString(6, instance.stored());
            instance.set(save, 7);
            return save.executeUpdate();
          }
        });
    if (saved == 0) {
      LOG.warnf("The record of %s was not written: this instance no longer owns the run", run.id());
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

  private static boolean isUnpublished(Run run) {
    return run.results()
        .publication()
        .filter(it -> it.status() == Publication.Status.PENDING)
        .isPresent();
  }

  @Override
  public void remove(RunId run) {
    int _ = database.singleWrite(connection -> remove(connection, run));
  }

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
    try {
      return body.isEmpty()
          ? Optional.empty()
          : Optional.of(RunCodec.decode(body.get(), body.get().length));
    } catch (UnreadableRecordException e) {
      LOG.warnf("The record of %s is damaged and is treated as missing: %s", id, e.getMessage());
      return Optional.empty();
    }
  }

  @Override
  public List<RunId> unpublished() {
    return database.single(connection -> {
      try (PreparedStatement select =
              connection.prepareStatement("SELECT id FROM runs WHERE unpublished");
          ResultSet rows = select.executeQuery()) {
        List<RunId> ids = new ArrayList<>();
        while (rows.next()) {
          RunId.parse(rows.getString(1)).ifPresent(ids::add);
        }
        return ids;
      }
    });
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
