package dev.agentgate.execution.local;

import dev.agentgate.execution.CollectedWork;
import dev.agentgate.output.RunDirectories;
import dev.agentgate.output.RunDirectory;
import dev.agentgate.output.RunLogNotes;
import dev.agentgate.workorder.ChangeSummary;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workspace.CollectedChanges;
import dev.agentgate.workspace.CollectedChanges.Collected;
import dev.agentgate.workspace.WorkspaceChanges;
import dev.agentgate.workspace.WorkspaceFailedException;
import dev.agentgate.workspace.Workspaces;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jboss.logging.Logger;

/** The workspaces of runs, and the changes that agents make in them. */
public final class RunWorkspaces {
  private static final Logger LOG = Logger.getLogger(RunWorkspaces.class);

  private final Workspaces workspaces;
  private final WorkspaceChanges changes;
  private final RunDirectories directories;
  private final RunLogNotes notes;
  private final long maxPatchBytes;

  /**
   * @param directories the places where changes are kept
   * @param maxPatchBytes the longest patch to keep
   */
  public RunWorkspaces(
      Workspaces workspaces,
      WorkspaceChanges changes,
      RunDirectories directories,
      long maxPatchBytes) {
    this.workspaces = workspaces;
    this.changes = changes;
    this.directories = directories;
    this.notes = new RunLogNotes(directories);
    this.maxPatchBytes = maxPatchBytes;
  }

  /** Prepares the workspace of a run. */
  Path prepare(WorkOrder order, RunId run) throws WorkspaceFailedException, InterruptedException {
    return workspaces.prepare(run, order.spec().workspaceSource(), order.spec().limits().maxTime());
  }

  /** Returns the commit that was checked out; empty if the run has no repository. */
  Optional<String> baseCommit(RunId run) {
    return changes.baseCommit(run);
  }

  /**
   * Collects what the agent changed and keeps it in the run's directory.
   *
   * @return empty if the run has no repository
   */
  Optional<CollectedWork> collect(RunId run, Duration limit) throws InterruptedException {
    RunDirectory directory = directories.of(run);
    return switch (changes.collect(run, directory.patchFile(), maxPatchBytes, limit)) {
      case CollectedChanges.NoBase _ -> Optional.empty();
      case CollectedChanges.Failed(String reason) -> failed(run, reason);
      case Collected collected -> keep(run, directory, collected);
    };
  }

  private Optional<CollectedWork> failed(RunId run, String reason) {
    LOG.warnf("The changes of %s could not be collected: %s", run, reason);
    notes.add(run, "The changes could not be collected. " + reason);
    return changes
        .baseCommit(run)
        .map(base -> new CollectedWork(base, Optional.empty(), Optional.empty()));
  }

  private Optional<CollectedWork> keep(RunId run, RunDirectory directory, Collected collected) {
    try {
      ChangesFile.write(directory.changesFile(), collected);
    } catch (IOException e) {
      return failed(run, "The list of files could not be written: " + e.getMessage());
    }
    collected.notes().forEach(note -> notes.add(run, note));
    ChangeSummary summary =
        new ChangeSummary(
            collected.files().count(),
            collected.files().insertions(),
            collected.files().deletions(),
            collected.patchBytes());
    return Optional.of(
        new CollectedWork(collected.baseCommit(), collected.headCommit(), Optional.of(summary)));
  }

  /** Removes the workspace of a run; returns false if a part of it is left. */
  boolean remove(RunId run) {
    return workspaces.remove(run);
  }
}
