package dev.agentgate.store.postgres;

import dev.agentgate.store.AgentPauses;
import dev.agentgate.store.ChangeFeed;
import dev.agentgate.store.Instances;
import dev.agentgate.store.Outbox;
import dev.agentgate.store.RunArchive;
import dev.agentgate.store.Runs;
import dev.agentgate.store.Store;
import dev.agentgate.store.StoreHealth;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.store.UsageLedger;
import dev.agentgate.store.WorkOrders;
import dev.agentgate.store.WorkQueue;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrderId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/**
 * Keeps orders in PostgreSQL, for one or more instances. A change is acknowledged once the database
 * has committed it, so the store is as durable as the database's commits.
 *
 * <p>The store takes the times of orders from its clock, and the times of leases from the
 * database's. It holds no state of orders: every call asks the database.
 */
public final class PostgresStore implements Store {
  private static final Logger LOG = Logger.getLogger(PostgresStore.class);

  private final Database database;
  private final Instance instance;
  private final PostgresChangeFeed changes;
  private final PostgresWorkOrders workOrders;
  private final PostgresQueue queue;
  private final PostgresRuns runs;
  private final PostgresAgentPauses agentPauses;
  private final PostgresUsageLedger usage;
  private final PostgresInstances instances;
  private final PostgresRunArchive archive;
  private final PostgresOutbox outbox;

  /**
   * Opens the store as one of its instances. The caller holds the lock of the data directory. The
   * tables must exist.
   *
   * @param connections a pool, which the caller closes after the store
   * @param mostConnections how many connections the pool has
   * @param priorityAging how long an order must wait to gain one step of priority; the same for all
   *     instances
   * @param afterClose releases the lock of the data directory
   * @throws DatabaseRefusedException if an instance with the same name is running elsewhere
   */
  public static PostgresStore open(
      DataSource connections,
      int mostConnections,
      Member member,
      Clock clock,
      Optional<Duration> priorityAging,
      Runnable afterClose) {
    Database database = new Database(connections, mostConnections, afterClose);
    return open(database, member, clock, priorityAging, UnaryOperator.identity());
  }

  /**
   * Checks that a server keeps what it has acknowledged.
   *
   * @throws DatabaseRefusedException if it does not
   * @throws SQLException if it cannot be reached
   */
  public static void check(DataSource connections) throws SQLException {
    try (Connection connection = connections.getConnection()) {
      List<String> problems = ServerCheck.problems(connection);
      if (!problems.isEmpty()) {
        throw new DatabaseRefusedException(
            "The database cannot be used. " + String.join(" ", problems));
      }
    }
  }

  /** Returns the random id of a database. The tables must exist. */
  public static String databaseId(DataSource connections) {
    return new Database(connections, Integer.MAX_VALUE, () -> {}).single(PostgresStore::databaseId);
  }

  static String databaseId(Connection connection) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement("SELECT database_id FROM service");
        ResultSet row = select.executeQuery()) {
      row.next();
      return row.getString(1);
    }
  }

  /**
   * Opens the store.
   *
   * @param leaseClock turns the database's time into the time that leases are measured by
   */
  static PostgresStore open(
      Database database,
      Member member,
      Clock clock,
      Optional<Duration> priorityAging,
      UnaryOperator<Instant> leaseClock) {
    QueueRank rank = new QueueRank(priorityAging);
    Instance instance = new Opening(database, member, leaseClock).open();
    boolean _ =
        database.transaction(connection -> {
          rank.apply(connection);
          return true;
        });
    PostgresStore store = new PostgresStore(database, instance, rank, clock);
    store.changes.start();
    return store;
  }

  private PostgresStore(Database database, Instance instance, QueueRank rank, Clock clock) {
    this.database = database;
    this.instance = instance;
    OrderWriter writer = new OrderWriter(rank);
    changes = new PostgresChangeFeed(database, instance);
    workOrders = new PostgresWorkOrders(database, instance, writer, changes);
    queue = new PostgresQueue(database, instance, writer, workOrders, changes, clock);
    runs = new PostgresRuns(database, instance);
    agentPauses = new PostgresAgentPauses(database);
    usage = new PostgresUsageLedger(database);
    instances = new PostgresInstances(database, instance);
    archive = new PostgresRunArchive(database, instance);
    outbox = new PostgresOutbox(database, instance);
  }

  @Override
  public WorkOrders workOrders() {
    return workOrders;
  }

  @Override
  public Runs runs() {
    return runs;
  }

  @Override
  public WorkQueue queue() {
    return queue;
  }

  @Override
  public UsageLedger usage() {
    return usage;
  }

  @Override
  public Instances instances() {
    return instances;
  }

  @Override
  public RunArchive archive() {
    return archive;
  }

  @Override
  public Outbox outbox() {
    return outbox;
  }

  @Override
  public AgentPauses agentPauses() {
    return agentPauses;
  }

  @Override
  public ChangeFeed changes() {
    return changes;
  }

  @Override
  public void followIds() {
    boolean _ =
        database.single(connection -> {
          try (PreparedStatement select =
                  connection.prepareStatement(
                      "SELECT (SELECT max(id) FROM work_orders), (SELECT max(id) FROM runs)");
              ResultSet row = select.executeQuery()) {
            row.next();
            Optional.ofNullable(row.getString(1))
                .flatMap(WorkOrderId::parse)
                .ifPresent(WorkOrderId::follow);
            Optional.ofNullable(row.getString(2)).flatMap(RunId::parse).ifPresent(RunId::follow);
            return true;
          }
        });
  }

  @Override
  public InstanceId instance() {
    return instance.id();
  }

  @Override
  public StoreHealth health() {
    return new StoreHealth(database.failure(), Optional.empty());
  }

  @Override
  public void close() {
    changes.close();
    giveUpLease();
    database.close();
  }

  private void giveUpLease() {
    try {
      boolean _ =
          database.single(connection -> {
            instance.giveUp(connection);
            return true;
          });
    } catch (StoreUnavailableException e) {
      LOG.debug("The lease ends by itself", e);
    }
  }
}
