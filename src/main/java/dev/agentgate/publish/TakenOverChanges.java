package dev.agentgate.publish;

import dev.agentgate.execution.KeptFile;
import dev.agentgate.publish.Publisher.Work;
import dev.agentgate.queue.RunChanges;
import dev.agentgate.store.Runs;
import dev.agentgate.workorder.AgentGateException;
import dev.agentgate.workorder.AgentGateException.Kind;
import dev.agentgate.workorder.ChangeSummary;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workspace.WorkspaceCommits.Patch;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * The changes of runs whose workspaces are not here, because they are on the machine of another
 * instance or were lost with the data directory: the patches that were kept of them.
 */
public final class TakenOverChanges implements Publisher.Elsewhere {
  private final Runs runs;
  private final RunChanges changes;
  private final Predicate<RunId> isHere;

  /**
   * @param isHere whether the workspace of a run is here
   */
  public TakenOverChanges(Runs runs, RunChanges changes, Predicate<RunId> isHere) {
    this.runs = runs;
    this.changes = changes;
    this.isHere = isHere;
  }

  @Override
  public Optional<Patch> patchOf(Work work) throws PublishFailedException {
    Optional<Run> run = runs.find(work.run());
    Optional<String> base = run.flatMap(it -> it.results().baseCommit());
    if (base.isEmpty() || isHere.test(work.workspace())) {
      return Optional.empty();
    }
    OptionalLong bytes =
        run.flatMap(it -> it.results().changes())
            .map(ChangeSummary::patchBytes)
            .orElse(OptionalLong.empty());
    if (bytes.isPresent() && bytes.getAsLong() == 0) {
      return Optional.of(new Patch(base.get(), InputStream::nullInputStream));
    }
    return Optional.of(patch(work.run(), base.get()));
  }

  private Patch patch(RunId run, String base) throws PublishFailedException {
    try {
      KeptFile file = changes.patch(run);
      return new Patch(base, () -> Channels.newInputStream(file.open()));
    } catch (AgentGateException e) {
      if (e.kind() != Kind.NOT_FOUND) {
        throw e;
      }
      throw PublishFailedException.permanent(
          "The workspace is not on this machine, and there is no patch to publish instead. "
              + e.getMessage()
              + ". If the workspace comes back, publish the run again",
          e);
    }
  }
}
