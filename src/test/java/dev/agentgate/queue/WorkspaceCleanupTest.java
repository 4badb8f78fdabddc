package dev.agentgate.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.agentgate.execution.CollectedWork;
import dev.agentgate.queue.RunPublications.Published;
import dev.agentgate.workorder.ChangeSummary;
import dev.agentgate.workorder.Publication;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderStatus;
import dev.agentgate.workorder.WorkOrders;
import dev.agentgate.workspace.WorkspaceRetention;
import dev.agentgate.workspace.WorkspaceRetention.Keep;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkspaceCleanupTest {
  private static final OptionalLong NO_PATCH = OptionalLong.empty();

  @TempDir Path directory;

  private @Nullable QueueFixture opened;

  private QueueFixture queue(Keep keep, OptionalLong maxTotalBytes) {
    QueueFixture queue =
        new QueueFixture(
                directory,
                settings ->
                    SettingsChange.of(settings)
                        .workspaces(new WorkspaceRetention(keep, maxTotalBytes))
                        .done())
            .open();
    opened = queue;
    return queue;
  }

  @AfterEach
  void close() {
    QueueFixture queue = opened;
    if (queue != null) {
      queue.close();
    }
  }

  private static RunId run(QueueFixture queue, int exitCode, Optional<OptionalLong> patch) {
    WorkOrderId id = queue.submit();
    RunId run = queue.awaitRunning(id);
    queue.workspaces.sizes.put(run, 100L);
    patch.ifPresent(bytes ->
        queue.executor.leave(
            run,
            new CollectedWork(
                "base", Optional.empty(), Optional.of(new ChangeSummary(1, 1, 0, bytes)))));
    queue.executor.exit(run, exitCode);
    queue.awaitStatus(id, exitCode == 0 ? WorkOrderStatus.COMPLETED : WorkOrderStatus.FAILED);
    return run;
  }

  @ParameterizedTest
  @CsvSource({
    "FAILED,0,true,true",
    "FAILED,1,true,false",
    "FAILED,0,false,false",
    "ALWAYS,0,true,false",
    "NEVER,0,false,true",
    "NEVER,1,true,true"
  })
  void aWorkspaceIsKeptAsTheSettingSaysButNeverRemovedBeforeItsPatchIsStored(
      Keep keep, int exitCode, boolean patch, boolean removed) {
    QueueFixture queue = queue(keep, OptionalLong.empty());

    RunId run =
        run(queue, exitCode, patch ? Optional.of(OptionalLong.of(7)) : Optional.of(NO_PATCH));

    if (removed) {
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(() -> assertThat(queue.executor.discarded()).containsExactly(run));
    } else {
      assertThat(queue.queue.workspaceCleanup().runOnce()).isZero();
      assertThat(queue.executor.discarded()).isEmpty();
    }
  }

  @Test
  void aWorkspaceIsKeptWhileItsChangesAreToBePublished() {
    QueueFixture queue = queue(Keep.NEVER, OptionalLong.of(0));
    RunPublications publications = queue.queue.publications();
    WorkOrderId id = queue.submit(Optional.of("shop"), Optional.of(WorkOrders.BRANCH));
    RunId run = queue.awaitRunning(id);
    queue.workspaces.sizes.put(run, 100L);
    queue.executor.exit(run, 0);
    queue.awaitStatus(id, WorkOrderStatus.COMPLETED);

    assertThat(queue.queue.workspaceCleanup().runOnce()).isZero();

    record(publications, run, pending -> pending.pushed("0a", "main"));
    assertThat(queue.queue.workspaceCleanup().runOnce()).isEqualTo(1);
    assertThat(queue.executor.discarded()).containsExactly(run);
  }

  private static void record(
      RunPublications publications, RunId run, UnaryOperator<Publication> change) {
    Published found = publications.find(run).orElseThrow();
    assertThat(publications.record(found, change.apply(found.publication()))).isPresent();
  }

  @Test
  void aWorkspaceWhoseChangesCouldNotBePublishedIsKeptLikeThatOfAFailedRun() {
    QueueFixture queue = queue(Keep.FAILED, OptionalLong.empty());
    RunPublications publications = queue.queue.publications();
    WorkOrderId id = queue.submit(Optional.of("shop"), Optional.of(WorkOrders.BRANCH));
    RunId run = queue.awaitRunning(id);
    queue.workspaces.sizes.put(run, 100L);
    queue.executor.leave(
        run,
        new CollectedWork(
            "base", Optional.empty(), Optional.of(new ChangeSummary(1, 1, 0, OptionalLong.of(7)))));
    queue.executor.exit(run, 0);
    queue.awaitStatus(id, WorkOrderStatus.COMPLETED);

    record(publications, run, pending -> pending.failed("refused"));
    assertThat(queue.queue.workspaceCleanup().runOnce()).isZero();

    record(publications, run, failed -> failed.pushed("0a", "main"));
    assertThat(queue.queue.workspaceCleanup().runOnce()).isEqualTo(1);
  }

  @Test
  void aWorkspaceWithoutARepositoryIsKept() {
    QueueFixture queue = queue(Keep.FAILED, OptionalLong.empty());
    run(queue, 0, Optional.empty());

    assertThat(queue.queue.workspaceCleanup().runOnce()).isZero();
    assertThat(queue.executor.discarded()).isEmpty();
  }

  @Test
  void theOldestWorkspacesGoFirstWhenAllAreTooLarge() {
    QueueFixture queue = queue(Keep.ALWAYS, OptionalLong.of(250));
    RunId first = run(queue, 0, Optional.empty());
    run(queue, 1, Optional.empty());
    run(queue, 0, Optional.empty());
    RunId running = queue.awaitRunning(queue.submit());
    queue.workspaces.sizes.put(running, 1000L);

    assertThat(queue.queue.workspaceCleanup().runOnce()).isEqualTo(1);

    assertThat(queue.executor.discarded()).containsExactly(first);
  }

  @Test
  void whatAnEarlierServiceLeftIsRemoved() {
    QueueFixture queue = queue(Keep.FAILED, OptionalLong.empty());
    queue.executor.stuck(true);
    RunId run = run(queue, 0, Optional.of(OptionalLong.of(7)));
    queue.executor.stuck(false);

    queue.queue.workspaceCleanup().runOnce();

    assertThat(queue.executor.discarded()).containsExactly(run);
  }
}
