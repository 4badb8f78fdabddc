package dev.agentgate.store.postgres;

import dev.agentgate.store.ChangeFeedContract;
import dev.agentgate.store.Store;
import dev.agentgate.workorder.InstanceId;
import java.util.Optional;
import org.junit.jupiter.api.extension.RegisterExtension;

final class PostgresChangeFeedTest extends ChangeFeedContract {
  @RegisterExtension final FreshDatabase database = new FreshDatabase();

  PostgresChangeFeedTest() {
    super(PostgresChangeFeed.KEPT);
  }

  @Override
  protected Store open() {
    return database.open(new InstanceId("local"), clock, Optional.empty());
  }
}
