package dev.agentgate.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.agentgate.execution.StopReport;
import dev.agentgate.store.InMemoryStore;
import dev.agentgate.store.InstanceInfo;
import dev.agentgate.store.SettableClock;
import dev.agentgate.store.WorkOrderFilter;
import dev.agentgate.workorder.AgentGateException;
import dev.agentgate.workorder.AgentGateException.Kind;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderStatus;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two queues that share a store, each with a machine of its own. */
class SeveralInstancesTest {
  @TempDir private Path dir;

  private final SettableClock clock = new SettableClock();
  private final InMemoryStore store = new InMemoryStore(clock);
  private QueueFixture here;
  private QueueFixture there;

  /** Asks the other queue directly, and remembers what it was asked for. */
  private final class Direct implements Peers {
    final List<String> asked = new CopyOnWriteArrayList<>();

    @Override
    public StopReport cancel(InstanceInfo owner, WorkOrderId order) {
      asked.add(owner.id() + " cancel " + order);
      return there.service().cancel(order);
    }

    @Override
    public void removeFiles(InstanceInfo keeper, WorkOrderId order) {
      asked.add(keeper.id() + " remove " + order);
      there.queue.fileRemoval().removeFiles(order);
    }
  }

  private final Direct peers = new Direct();

  @BeforeEach
  void open() {
    here = fixture("here", peers);
    there = fixture("there", QueueFixture.NO_PEERS).open();
  }

  private QueueFixture fixture(String name, Peers itsPeers) {
    return QueueFixture.named(name, dir, store, clock, itsPeers);
  }

  @AfterEach
  void close() {
    there.close();
    here.close();
  }

  private WorkOrderId runningThere() {
    WorkOrderId order = there.submit();
    RunId _ = there.awaitRunning(order);
    return order;
  }

  @Test
  void anOrderThatRunsElsewhereIsCancelledByItsOwner() {
    WorkOrderId order = runningThere();

    StopReport report = here.service().cancel(order);

    assertThat(report.killed()).isTrue();
    assertThat(report.survivors()).isZero();
    assertThat(here.order(order).status()).isEqualTo(WorkOrderStatus.CANCELLED);
    assertThat(peers.asked).containsExactly("there cancel " + order);
  }

  @Test
  void aBulkCancelReachesOrdersThatRunElsewhere() {
    WorkOrderId order = runningThere();

    BulkResult result =
        here.queue
            .bulk()
            .cancel(
                WorkOrderFilter.ofStatuses(
                    EnumSet.of(WorkOrderStatus.QUEUED, WorkOrderStatus.RUNNING)));

    assertThat(result.done()).isEqualTo(1);
    assertThat(here.order(order).status()).isEqualTo(WorkOrderStatus.CANCELLED);
  }

  @Test
  void aPurgeRemovesTheFilesThatAnotherInstanceHas() {
    WorkOrderId order = runningThere();
    RunId run = here.order(order).currentRun().orElseThrow();
    there.executor.exit(run, 0);
    there.awaitStatus(order, WorkOrderStatus.COMPLETED);

    here.service().purge(order);

    assertThat(peers.asked).containsExactly("there remove " + order);
    assertThat(there.executor.discarded()).contains(run);
    assertThat(store.find(order)).isEmpty();
    assertThat(store.find(run)).isEmpty();
  }

  @Test
  void aPurgeOfAnOrderThatRunsElsewhereEndsItThere() {
    WorkOrderId order = runningThere();

    here.service().purge(order);

    assertThat(peers.asked).containsExactly("there cancel " + order, "there remove " + order);
    assertThat(store.find(order)).isEmpty();
  }

  @Test
  void whileAnOwnerIsGoneAndNotSucceededItsOrderCannotBeEnded() {
    WorkOrderId order = runningThere();
    store.lose(new InstanceId("there"));

    assertThatThrownBy(() -> here.service().cancel(order))
        .isInstanceOfSatisfying(
            AgentGateException.class, e -> assertThat(e.kind()).isEqualTo(Kind.SHORT_OF_RESOURCES));
    assertThatThrownBy(() -> here.service().kill(order, true))
        .isInstanceOf(AgentGateException.class);
  }

  @Test
  void aFollowUpRunsWhereTheWorkspaceIs() {
    WorkOrderId order = runningThere();
    RunId run = here.order(order).currentRun().orElseThrow();
    there.executor.exit(run, 0);
    there.awaitStatus(order, WorkOrderStatus.COMPLETED);
    there.queue.manager().close();
    here.open();

    there.service().followUp(order, "go on");
    WorkOrderId other = here.submit();
    RunId _ = here.awaitRunning(other);

    assertThat(here.order(order).status()).isEqualTo(WorkOrderStatus.QUEUED);
    assertThat(here.order(order).attempts()).isEqualTo(1);
    there.queue.manager().open();
    RunId next = there.awaitRunning(order);
    assertThat(store.find(next).orElseThrow().instance()).contains(new InstanceId("there"));
  }

  @Test
  void runsWhoseFilesAreElsewhereAreNotForgotten() {
    WorkOrderId order = runningThere();
    RunId run = here.order(order).currentRun().orElseThrow();
    there.executor.exit(run, 0);
    there.awaitStatus(order, WorkOrderStatus.COMPLETED);

    assertThat(here.queue.orphanCleanup().runOnce().references()).isZero();
    assertThat(here.order(order).currentRun()).contains(run);
  }
}
