package dev.agentgate.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.agentgate.store.ChangeFeed.Position;
import dev.agentgate.store.ChangeFeedContract;
import dev.agentgate.store.Store;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.WorkOrders;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class PostgresChangeFeedTest extends ChangeFeedContract {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @RegisterExtension final FreshDatabase database = new FreshDatabase();

  PostgresChangeFeedTest() {
    super(PostgresChangeFeed.KEPT);
  }

  @Override
  protected Store open() {
    return database.open(new InstanceId("local"), clock, Optional.empty());
  }

  @Test
  void aChangeDoesNotWaitForAReaderThatTheDatabaseDoesNotAnswer() throws Exception {
    Position start = store.changes().latest();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        Connection other = database.connections().getConnection()) {
      other.setAutoCommit(false);
      try (Statement lock = other.createStatement()) {
        lock.execute("LOCK TABLE service");
      }
      Future<Boolean> reader = threads.submit(() -> store.changes().await(start, PATIENCE));
      await().atMost(PATIENCE).until(() -> database.waitsForALock("changes_trimmed FROM service"));
      Future<?> change = threads.submit(() -> store.workOrders().insert(WorkOrders.queued()));

      try {
        assertThat(change).succeedsWithin(PATIENCE);
      } finally {
        other.rollback();
        other.setAutoCommit(true);
      }
      assertThat(reader).succeedsWithin(PATIENCE).isEqualTo(true);
    }
  }

  @Test
  void theFirstSignalOfAProcessRemovesOldChanges() throws Exception {
    store.close();
    database.execute(
        """
        INSERT INTO changes (order_id, revision, status)
        SELECT '%s', 1, 'queued' FROM generate_series(1, 20000)
        """
            .formatted(WorkOrders.queued().id()));

    store = open();

    await().atMost(PATIENCE).until(() -> database.count("SELECT count(*) FROM changes") <= 10_000);
  }
}
