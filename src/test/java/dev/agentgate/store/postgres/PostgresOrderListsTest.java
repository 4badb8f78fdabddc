package dev.agentgate.store.postgres;

import dev.agentgate.store.OrderListsContract;
import dev.agentgate.store.Store;
import dev.agentgate.workorder.InstanceId;
import java.util.Optional;
import org.junit.jupiter.api.extension.RegisterExtension;

final class PostgresOrderListsTest extends OrderListsContract {
  @RegisterExtension final FreshDatabase database = new FreshDatabase();

  @Override
  protected Store open() {
    return database.open(new InstanceId("local"), clock, Optional.empty());
  }
}
