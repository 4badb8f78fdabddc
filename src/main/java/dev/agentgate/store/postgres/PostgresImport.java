package dev.agentgate.store.postgres;

import dev.agentgate.store.RunArchive;
import dev.agentgate.workorder.AgentPause;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunUsage;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import javax.sql.DataSource;

/**
 * Puts the orders of another store into a database that no service uses. Everything can be put
 * there again, so that a copy that was interrupted can be repeated from its beginning.
 *
 * <p>While the copy is incomplete, the database carries the random name of the process that copies:
 * no instance opens the store meanwhile, and a process whose name was replaced by that of another
 * one cannot write any more. Safe for use by many threads.
 */
public final class PostgresImport {
  private static final int IDS_AT_ONCE = 10_000;

  private final Database database;
  private final QueueRank rank;
  private final ImportedOrders orderRows;
  private final PostgresAgentPauses agentPauses;
  private final String name = UUID.randomUUID().toString();

  /**
   * @param connections to a database with the store's tables
   * @param priorityAging how long an order must wait to gain one step of priority
   */
  public PostgresImport(DataSource connections, Optional<Duration> priorityAging) {
    this.database = new Database(connections, Integer.MAX_VALUE, () -> {});
    this.rank = new QueueRank(priorityAging);
    this.orderRows = new ImportedOrders(new OrderWriter(rank));
    this.agentPauses = new PostgresAgentPauses(database);
  }

  /** What a database holds. */
  public enum Content {
    /** No orders, and nothing of earlier orders. */
    NOTHING,
    /** What an incomplete copy has put there. */
    INCOMPLETE_COPY,
    /** The orders of a service. */
    ORDERS
  }

  public Content content() {
    return database.single(PostgresImport::content);
  }

  private static Content content(Connection connection) throws SQLException {
    try (PreparedStatement select =
            connection.prepareStatement(
                """
                SELECT copier IS NOT NULL, EXISTS (SELECT FROM work_orders)
                  OR EXISTS (SELECT FROM runs) OR EXISTS (SELECT FROM run_usage)
                FROM service FOR UPDATE OF service
                """);
        ResultSet row = select.executeQuery()) {
      row.next();
      return row.getBoolean(1)
          ? Content.INCOMPLETE_COPY
          : row.getBoolean(2) ? Content.ORDERS : Content.NOTHING;
    }
  }

  /**
   * Does nothing if a copy can begin.
   *
   * @throws DatabaseBusyException if an instance of the service is alive
   * @throws DatabaseRefusedException if the database holds the orders of a service
   */
  public void requireUsable() {
    boolean _ =
        database.transaction(connection -> {
          requireUsable(connection);
          return true;
        });
  }

  private static void requireUsable(Connection connection) throws SQLException {
    if (content(connection) == Content.ORDERS) {
      throw new DatabaseRefusedException(
          "The database already holds orders of a service. Name an empty database: two stores"
              + " cannot be merged.");
    }
    Optional<String> living = livingInstance(connection);
    if (living.isPresent()) {
      throw new DatabaseBusyException(
          "The instance %s uses the database, or did so a moment ago. Stop it, and try again."
              .formatted(living.get()));
    }
  }

  private static Optional<String> livingInstance(Connection connection) throws SQLException {
    try (PreparedStatement select =
            connection.prepareStatement(
                """
                SELECT id, host FROM instances WHERE lease_until > clock_timestamp() ORDER BY id
                """);
        ResultSet row = select.executeQuery()) {
      return row.next()
          ? Optional.of(
              StoredText.unescape(row.getString(1))
                  + " on "
                  + StoredText.unescape(row.getString(2)))
          : Optional.empty();
    }
  }

  /**
   * Begins a copy, or takes an incomplete one over.
   *
   * @throws DatabaseBusyException as {@link #requireUsable}
   * @throws DatabaseRefusedException as {@link #requireUsable}
   */
  public void begin() {
    boolean _ =
        database.transaction(connection -> {
          Locks.limit(connection);
          awaitSubmits(connection);
          requireUsable(connection);
          try (PreparedStatement update =
                  connection.prepareStatement("UPDATE service SET copier = ?");
              Statement delete = connection.createStatement()) {
            update.setString(1, name);
            update.executeUpdate();
            // An instance that hangs and comes back must not go on. It cannot return either while
            // the copy is incomplete.
            delete.executeUpdate("DELETE FROM instances");
          }
          return true;
        });
  }

  /** What is being submitted is visible afterwards; what comes later finds no instance. */
  private static void awaitSubmits(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      // In this order, as the steps of another copy.
      boolean _ = statement.execute("SELECT FROM service FOR UPDATE");
      boolean _ = statement.execute("LOCK TABLE work_orders IN SHARE ROW EXCLUSIVE MODE");
    }
  }

  /**
   * Locks the copy until the end of the transaction, for as many writers as like. Nobody waits for
   * the disk meanwhile: the commit that completes the copy is after all others on disk.
   */
  private void beginStep(Connection connection) throws SQLException {
    requireCurrent(connection);
    try (Statement statement = connection.createStatement()) {
      boolean _ = statement.execute("SET LOCAL synchronous_commit = off");
    }
  }

  private void requireCurrent(Connection connection) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT FROM service WHERE copier = ? FOR SHARE")) {
      select.setString(1, name);
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          throw new DatabaseBusyException("Another process has taken over copying.");
        }
      }
    }
  }

  /** Hands over the ids of all orders in the database, the oldest first. */
  public void forEachId(Consumer<WorkOrderId> consumer) {
    boolean _ =
        // A transaction, because only there rows are fetched as they are needed.
        database.transaction(connection -> {
          try (PreparedStatement select =
              connection.prepareStatement("SELECT id FROM work_orders ORDER BY id")) {
            select.setFetchSize(IDS_AT_ONCE);
            try (ResultSet rows = select.executeQuery()) {
              while (rows.next()) {
                consumer.accept(OrderRows.id(rows.getString(1)));
              }
            }
            return true;
          }
        });
  }

  /**
   * Puts orders and the records of their runs there, in one step.
   *
   * @param orders none of them running. One that is there with another revision is replaced
   */
  public void putOrders(List<WorkOrder> orders, List<Run> runs) {
    boolean _ =
        database.transaction(connection -> {
          beginStep(connection);
          orderRows.put(connection, orders);
          PostgresRuns.put(connection, runs);
          return true;
        });
  }

  /** Hands over the files of a run. */
  public interface FilesOf {
    void writeTo(RunId run, RunArchive.Sink sink) throws IOException;
  }

  /**
   * Puts the files of runs there, in one step, unless they are there already.
   *
   * @throws IOException if they cannot be read; nothing is changed then
   */
  public void putFiles(Collection<RunId> runs, FilesOf files) throws IOException {
    try {
      boolean _ =
          database.transaction(connection -> {
            beginStep(connection);
            ImportedFiles.put(connection, runs, files);
            return true;
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Removes the files of runs that an earlier attempt has put there, in one step. */
  public void removeFiles(Collection<RunId> runs) {
    boolean _ =
        database.transaction(connection -> {
          beginStep(connection);
          ImportedFiles.remove(connection, runs);
          return true;
        });
  }

  /** Puts there what runs used. */
  public void putUsage(List<RunUsage> usage) {
    boolean _ =
        database.transaction(connection -> {
          beginStep(connection);
          PostgresUsageLedger.noteAll(connection, usage);
          return true;
        });
  }

  /** Replaces the pauses of the agents and of the queue. */
  public void putPauses(Map<String, AgentPause> pauses, boolean paused) {
    boolean _ =
        database.transaction(connection -> {
          beginStep(connection);
          try (PreparedStatement update =
              connection.prepareStatement("UPDATE service SET paused = ?")) {
            update.setBoolean(1, paused);
            update.executeUpdate();
          }
          // Steps within a transaction belong to it.
          agentPauses.all().keySet().stream()
              .filter(type -> !pauses.containsKey(type))
              .forEach(type -> agentPauses.set(type, Optional.empty()));
          pauses.forEach((type, pause) -> agentPauses.set(type, Optional.of(pause)));
          return true;
        });
  }

  /** Compares what is there with what was put there. */
  public ImportCheck check() {
    return new ImportCheck(database, rank);
  }

  /** Makes PostgreSQL know how much was put there, so that it finds good plans at once. */
  public void analyze() {
    boolean _ =
        database.single(connection -> {
          try (Statement statement = connection.createStatement()) {
            return statement.execute(
                """
                ANALYZE work_orders, queue, idempotency_keys, runs, run_files, run_usage,
                  status_changes
                """);
          }
        });
  }

  /** Returns the random id of the database. */
  public String databaseId() {
    return database.single(PostgresStore::databaseId);
  }

  /** Completes the copy: from now on, instances may open the store. */
  public void complete() {
    boolean _ =
        database.transaction(connection -> {
          requireCurrent(connection);
          try (Statement statement = connection.createStatement()) {
            return statement.executeUpdate("UPDATE service SET copier = NULL") > 0;
          }
        });
  }
}
