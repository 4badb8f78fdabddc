package dev.agentgate.store.postgres;

import dev.agentgate.store.LeaseContract;
import dev.agentgate.store.Store;
import dev.agentgate.workorder.InstanceId;
import java.util.Optional;
import org.junit.jupiter.api.extension.RegisterExtension;

final class PostgresLeaseTest extends LeaseContract {
  @RegisterExtension final FreshDatabase database = new FreshDatabase();

  @Override
  protected Store open(InstanceId instance) {
    return database.open(instance, clock, Optional.empty());
  }
}
