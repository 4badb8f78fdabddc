package dev.agentgate.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.store.Claim;
import dev.agentgate.store.SettableClock;
import dev.agentgate.store.Store;
import dev.agentgate.workorder.AgentChoices;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrders;
import dev.agentgate.workorder.WorkspaceSource;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Claims behind thousands of orders that cannot start. All other claims wait for each of them. */
class LongQueueTest {
  private static final Duration LEASE = Duration.ofMinutes(1);
  private static final int MANY = 2_500;

  @RegisterExtension final FreshDatabase database = new FreshDatabase();

  /** How often the queue was read. */
  private final AtomicInteger pages = new AtomicInteger();

  private Store store;

  @BeforeEach
  void open() {
    store =
        PostgresStore.open(
            new Database(
                counting(DataSource.class, database.connections()), FreshDatabase.MOST, () -> {}),
            new Member(new InstanceId("one"), new Home("a home", "a host"), Optional.empty()),
            new SettableClock(),
            Optional.empty(),
            UnaryOperator.identity());
  }

  @AfterEach
  void close() {
    store.close();
  }

  /** Returns the same, but counts the statements that read the queue. */
  private <T> T counting(Class<T> type, Object what) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (_, method, arguments) -> {
              if (method.getName().equals("prepareStatement")
                  && String.valueOf(arguments[0]).startsWith(OrderRows.ENTRY)) {
                pages.incrementAndGet();
              }
              try {
                Object result = method.invoke(what, arguments);
                return method.getName().equals("getConnection")
                    ? counting(Connection.class, result)
                    : result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }

  private static WorkOrder order(String agent, String repository) {
    return WorkOrder.submitted(
        WorkOrderId.next(WorkOrders.NOW),
        WorkOrders.spec(
            "Fix it",
            agent,
            new WorkspaceSource.GitHub("acme", repository, Optional.empty()),
            WorkOrders.LIMITS,
            AgentChoices.NONE,
            0,
            Map.of()),
        Optional.empty(),
        WorkOrders.NOW);
  }

  private void inserted(WorkOrder... orders) {
    assertThat(store.workOrders().insertAll(List.of(orders))).hasSize(orders.length);
  }

  private void insertedMany(String agent, String repository) {
    List<WorkOrder> many = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      many.add(order(agent, repository));
    }
    assertThat(store.workOrders().insertAll(many)).hasSize(MANY);
  }

  private List<WorkOrderId> claimed(int slots, Set<String> refused) {
    pages.set(0);
    Claim claim =
        new Claim(
            slots,
            1,
            false,
            Optional.empty(),
            LEASE,
            entry -> !refused.contains(entry.agentType()),
            () -> refused);
    return store.queue().claim(claim).stream().map(WorkOrder::id).toList();
  }

  @Test
  void theOrdersOfAgentsThatAreRefusedAreNotRead() {
    insertedMany("paused", "shop");
    WorkOrder first = order("shell", "free");
    WorkOrder second = order("other", "shop");
    inserted(first, second);

    assertThat(claimed(9, Set.of("paused", "another"))).containsExactly(first.id(), second.id());

    assertThat(pages).hasValue(1);
  }

  @Test
  void theOrdersOfRepositoriesThatAreFullAreNotRead() {
    WorkOrder running = order("shell", "full");
    inserted(running);
    assertThat(claimed(1, Set.of())).containsExactly(running.id());
    insertedMany("shell", "full");
    WorkOrder first = order("shell", "free");
    WorkOrder second = WorkOrders.withPrompt("in no repository");
    inserted(first, second);

    assertThat(claimed(9, Set.of())).containsExactly(first.id(), second.id());

    assertThat(pages).hasValue(1);
  }
}
