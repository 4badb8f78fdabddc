package dev.agentgate.execution.local;

import dev.agentgate.execution.CollectedWork;
import dev.agentgate.linux.CannotLookException;
import dev.agentgate.linux.DirectoryTree;
import dev.agentgate.linux.SmallFile;
import dev.agentgate.output.RunDirectories;
import dev.agentgate.output.RunDirectory;
import dev.agentgate.output.RunLogNotes;
import dev.agentgate.workorder.ChangeSummary;
import dev.agentgate.workorder.Continuation;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkspaceSource;
import dev.agentgate.workspace.CollectedChanges;
import dev.agentgate.workspace.CollectedChanges.Collected;
import dev.agentgate.workspace.WorkspaceChanges;
import dev.agentgate.workspace.WorkspaceFailedException;
import dev.agentgate.workspace.Workspaces;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/** The workspaces of runs, the homes of their orders, and the changes that agents make in them. */
public final class RunWorkspaces {
  private static final Logger LOG = Logger.getLogger(RunWorkspaces.class);

  private final Workspaces workspaces;
  private final WorkspaceChanges changes;
  private final OrderHomes homes;
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
      OrderHomes homes,
      RunDirectories directories,
      long maxPatchBytes) {
    this.workspaces = workspaces;
    this.changes = changes;
    this.homes = homes;
    this.directories = directories;
    this.notes = new RunLogNotes(directories);
    this.maxPatchBytes = maxPatchBytes;
  }

  /**
   * A workspace that is ready.
   *
   * @param continued whether an earlier run worked in it
   * @param base the commit that was checked out; empty if there is no repository
   */
  record Prepared(Path directory, boolean continued, Optional<String> base) {}

  /**
   * Prepares the workspace of a run, and the home of its order. If its order continues an earlier
   * run, that is the workspace of the earlier run, where it is: some agents find their sessions
   * only by the directory.
   */
  Prepared prepare(WorkOrder order, RunId run)
      throws WorkspaceFailedException, InterruptedException {
    prepareHome(order);
    try {
      WorkspaceSource source = order.spec().workspaceSource();
      Optional<RunId> owner = ownerToContinue(order);
      if (owner.isPresent()) {
        Files.writeString(directories.create(run).workspaceFile(), owner.get().value());
        return new Prepared(
            workspaces.locate(owner.get(), source), true, changes.baseCommit(owner.get()));
      }
      Path directory = workspaces.prepare(run, source, order.spec().limits().maxTime());
      return new Prepared(directory, false, changes.baseCommit(run));
    } catch (IOException | UncheckedIOException | CannotLookException e) {
      throw new WorkspaceFailedException("The workspace could not be prepared", e);
    }
  }

  private void prepareHome(WorkOrder order) throws WorkspaceFailedException, InterruptedException {
    try {
      homes.prepare(order);
    } catch (IOException | UncheckedIOException e) {
      throw new WorkspaceFailedException("The home of the order could not be prepared", e);
    }
  }

  /** Returns the run in whose workspace an order continues; empty if it starts afresh. */
  private Optional<RunId> ownerToContinue(WorkOrder order) throws WorkspaceFailedException {
    Optional<Continuation> continuation = order.continuation();
    Optional<RunId> owner =
        continuation.map(it -> owner(it.run())).filter(it -> isComplete(order, it));
    if (owner.isEmpty() && continuation.filter(Continuation::isFollowUp).isPresent()) {
      throw new WorkspaceFailedException("The workspace to continue in is gone");
    }
    return owner;
  }

  /** Whether a run works in the workspace of an earlier run. */
  boolean continues(RunId run) {
    return !owner(run).equals(run);
  }

  /**
   * Whether the workspace of a run is there, and complete.
   *
   * @throws CannotLookException if that cannot be told
   */
  boolean isComplete(WorkOrder order, RunId run) {
    RunId owner = owner(run);
    WorkspaceSource source = order.spec().workspaceSource();
    boolean checkedOut =
        switch (source) {
          case WorkspaceSource.GitHub _, WorkspaceSource.Git _ ->
              changes.baseCommit(owner).isPresent();
          case WorkspaceSource.Local _, WorkspaceSource.Empty _ -> true;
        };
    return checkedOut && DirectoryTree.exists(workspaces.locate(owner, source));
  }

  /**
   * Returns the run whose workspace a run works in.
   *
   * @throws CannotLookException if that cannot be told
   */
  RunId owner(RunId run) {
    return SmallFile.read(directories.of(run).workspaceFile())
        .flatMap(text -> RunId.parse(text.strip()))
        .orElse(run);
  }

  /** Returns the commit that was checked out; empty if the run has no repository. */
  Optional<String> baseCommit(RunId run) {
    return changes.baseCommit(owner(run));
  }

  /**
   * Collects what the agent changed and keeps it in the run's directory.
   *
   * @return empty if the run has no repository
   */
  Optional<CollectedWork> collect(RunId run, Duration limit) throws InterruptedException {
    RunDirectory directory = directories.of(run);
    return switch (changes.collect(owner(run), directory.patchFile(), maxPatchBytes, limit)) {
      case CollectedChanges.NoBase _ -> Optional.empty();
      case CollectedChanges.Failed(String reason) -> failed(run, reason);
      case Collected collected -> keep(run, directory, collected);
    };
  }

  private Optional<CollectedWork> failed(RunId run, String reason) {
    LOG.warnf("The changes of %s could not be collected: %s", run, reason);
    notes.add(run, "The changes could not be collected. " + reason);
    return baseCommit(run).map(base -> new CollectedWork(base, Optional.empty(), Optional.empty()));
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
    return workspaces.remove(owner(run)) && workspaces.remove(run);
  }

  /** Removes the home of an order; returns false if a part of it is left. */
  boolean removeHome(WorkOrderId order) {
    return homes.remove(order);
  }

  /** Returns the orders that have a home. */
  Set<WorkOrderId> homes() {
    return homes.list();
  }
}
