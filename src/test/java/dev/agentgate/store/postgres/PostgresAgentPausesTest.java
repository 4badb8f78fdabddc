package dev.agentgate.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.agentgate.store.Claim;
import dev.agentgate.store.SettableClock;
import dev.agentgate.store.Store;
import dev.agentgate.workorder.AgentPause;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrders;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Pauses of agents while other instances claim orders. */
class PostgresAgentPausesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @RegisterExtension final FreshDatabase database = new FreshDatabase();

  private final SettableClock clock = new SettableClock();

  @Test
  void aPauseIsAcknowledgedAfterAClaimThatDoesNotKnowIt() throws Exception {
    AgentPause manual =
        new AgentPause(
            AgentPause.Reason.MANUAL, "Paused", clock.instant(), Optional.empty(), 1, "");
    CountDownLatch looked = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    try (Store one = database.open(new InstanceId("one"), clock, Optional.empty());
        Store two = database.open(new InstanceId("two"), clock, Optional.empty());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      assertThat(one.workOrders().insert(WorkOrders.queued())).isEmpty();
      Future<List<WorkOrder>> claim =
          threads.submit(() ->
              one.queue()
                  .claim(
                      new Claim(
                          1,
                          0,
                          false,
                          Optional.empty(),
                          Duration.ofMinutes(1),
                          _ -> {
                            boolean free = one.agentPauses().all().isEmpty();
                            looked.countDown();
                            join(goOn);
                            return free;
                          })));
      try {
        looked.await();
        Future<?> pause = threads.submit(() -> two.agentPauses().set("shell", Optional.of(manual)));
        await()
            .atMost(PATIENCE)
            .until(() -> pause.isDone() || database.waitsForALock("pg_advisory_xact_lock"));
        assertThat(pause).isNotDone();
        goOn.countDown();

        assertThat(pause).succeedsWithin(PATIENCE);
        assertThat(two.workOrders().counts().running()).isEqualTo(1);
        assertThat(claim).succeedsWithin(PATIENCE);
      } finally {
        goOn.countDown();
      }
    }
  }

  private static void join(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
