package dev.agentgate.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.agentgate.store.SettableClock;
import dev.agentgate.store.Store;
import dev.agentgate.store.StoreUnansweredException;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrders;
import io.agroal.api.AgroalDataSource;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Writes whose connection breaks before the database has answered. */
class UnansweredWriteTest {
  private final String url = PostgresServer.newDatabase() + "&socketTimeout=15";
  private final SettableClock clock = new SettableClock();
  private AgroalDataSource connections;
  private Store store;

  @BeforeEach
  void open() throws SQLException {
    connections = FreshDatabase.pool(url);
    store =
        PostgresStore.open(
            new Database(connections, FreshDatabase.MOST, () -> {}),
            new Member(new InstanceId("one"), new Home("a home", "a host"), Optional.empty()),
            clock,
            Optional.empty(),
            UnaryOperator.identity());
  }

  @AfterEach
  void close() {
    store.close();
    connections.close();
  }

  @Test
  void anOrderMayBeAddedAlthoughItsSubmitHadNoAnswer() throws Exception {
    WorkOrder order = WorkOrders.queued();

    try (Connection other = connections.getConnection();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("LOCK TABLE status_changes IN ACCESS EXCLUSIVE MODE");
      assertThatThrownBy(() -> store.workOrders().insert(order))
          .isInstanceOf(StoreUnansweredException.class);
      other.rollback();
      other.setAutoCommit(true);
    }

    await().until(() -> store.workOrders().find(order.id()).equals(Optional.of(order)));
  }

  @Test
  void whatWasDoneIsAnsweredAlthoughItsConnectionCannotBeClosed() {
    Store failing =
        PostgresStore.open(
            new Database(
                failingToClose(DataSource.class, connections), FreshDatabase.MOST, () -> {}),
            new Member(new InstanceId("two"), new Home("other", "a host"), Optional.empty()),
            clock,
            Optional.empty(),
            UnaryOperator.identity());
    WorkOrder order = WorkOrders.queued();

    assertThat(failing.workOrders().insertAll(List.of(order))).containsExactly(Optional.empty());

    assertThat(store.workOrders().find(order.id())).contains(order);
    failing.close();
  }

  /** Returns the same, but closing a connection fails once it is closed. */
  private static <T> T failingToClose(Class<T> type, Object what) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (_, method, arguments) -> {
              try {
                Object result = method.invoke(what, arguments);
                if (method.getName().equals("close")) {
                  throw new SQLException("The connection broke", "08006");
                }
                return method.getName().equals("getConnection")
                    ? failingToClose(Connection.class, result)
                    : result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }

  @Test
  void whatTheDatabaseRefusesIsAnswered() throws Exception {
    try (Connection connection = connections.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("ALTER TABLE status_changes RENAME TO elsewhere");
    }

    assertThatThrownBy(() -> store.workOrders().insert(WorkOrders.queued()))
        .isInstanceOf(StoreUnavailableException.class)
        .isNotInstanceOf(StoreUnansweredException.class);
    assertThat(store.health().failure()).isPresent();
  }
}
