package dev.agentgate.workspace;

import dev.agentgate.workorder.RunId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Collects what agents changed in their workspaces. */
public interface WorkspaceChanges {

  /**
   * Returns the commit that was checked out for a run.
   *
   * @return empty for a local or empty workspace, and if there was no checkout
   */
  Optional<String> baseCommit(RunId run);

  /**
   * Compares a workspace with its base commit. Call it after the last process of the run is gone.
   * The patch, applied with {@code git apply --binary} to a checkout of the base commit, produces
   * the tree that the agent left: everything that it committed, staged or just wrote. Files that
   * {@code .gitignore} excludes are left out unless a commit or an index of the agent contains
   * them.
   *
   * <p>Nothing in the workspace is executed, and neither its files nor its {@code .git} are written
   * to. All failures are returned as values.
   *
   * @param patch the file for the patch; replaced in one step, and absent if there is no patch to
   *     keep
   * @param maxPatchBytes the longest patch to keep
   * @param limit the longest time that this may take
   */
  CollectedChanges collect(RunId run, Path patch, long maxPatchBytes, Duration limit)
      throws InterruptedException;
}
