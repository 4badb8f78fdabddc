package dev.agentgate.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.agentgate.output.RunDirectories;
import dev.agentgate.output.RunFiles;
import dev.agentgate.publish.Publisher.Work;
import dev.agentgate.queue.RunChanges;
import dev.agentgate.queue.RunView;
import dev.agentgate.store.InMemoryStore;
import dev.agentgate.store.SettableClock;
import dev.agentgate.workorder.ChangeSummary;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrders;
import dev.agentgate.workspace.WorkspaceCommits.Patch;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the changes of a run are taken from. */
class TakenOverChangesTest {
  @TempDir private Path directory;
  private final SettableClock clock = new SettableClock();
  private final InMemoryStore store = new InMemoryStore(clock);
  private final WorkOrder order = WorkOrders.queued();

  private Run run(InstanceId instance, OptionalLong patchBytes) {
    Run run = Run.preparing(WorkOrders.run(), order.id(), 1, clock.instant()).at(instance);
    Run collected =
        run.with(
            run.results()
                .collected(
                    "0a", Optional.empty(), Optional.of(new ChangeSummary(1, 1, 0, patchBytes))));
    store.save(collected);
    return collected;
  }

  private Optional<Patch> patchOf(Run run, Predicate<RunId> isHere) throws PublishFailedException {
    RunChanges changes =
        new RunChanges(
            id -> new RunView(store.find(id).orElseThrow(), 0),
            new RunFiles(
                new RunDirectories(directory),
                () -> 0,
                _ -> {
                  throw new AssertionError();
                }));
    return new TakenOverChanges(store, changes, isHere)
        .patchOf(new Work(order, run.id(), run.id(), clock.instant(), Set.of()));
  }

  @Test
  void withoutTheWorkspaceThePatchIsPublishedWhicheverInstanceRanTheRun() throws Exception {
    for (InstanceId instance : List.of(store.instance(), new InstanceId("another"))) {
      Run run = run(instance, OptionalLong.of(5));
      Path files = Files.createDirectory(directory.resolve(run.id().value()));
      Files.writeString(files.resolve("changes.patch"), "patch");

      Patch patch = patchOf(run, _ -> false).orElseThrow();

      assertThat(patch.baseCommit()).isEqualTo("0a");
      try (InputStream content = patch.content().open()) {
        assertThat(new String(content.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("patch");
      }
      assertThat(patchOf(run, _ -> true)).as("with the workspace").isEmpty();
    }
  }

  @Test
  void aPatchThatWasNotKeptIsExplained() {
    Run run = run(store.instance(), OptionalLong.empty());

    assertThatThrownBy(() -> patchOf(run, _ -> false))
        .isInstanceOfSatisfying(
            PublishFailedException.class, e -> assertThat(e.isPermanent()).isTrue())
        .hasMessage(
            "The workspace is not on this machine, and there is no patch to publish instead. Run "
                + run.id()
                + " has no changes: its patch was too large to keep. If the workspace comes back,"
                + " publish the run again");
  }
}
