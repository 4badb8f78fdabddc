package dev.agentgate.workspace;

import dev.agentgate.workorder.RunId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** What agents changed in their workspaces. */
public interface WorkspaceChanges {

  /**
   * The commit that was checked out for a run.
   *
   * @return empty for a local or empty workspace, and if there was no checkout
   */
  Optional<String> baseCommit(RunId run);

  /**
   * Compares a workspace with its base commit, after the last process of the run is gone. The
   * patch, applied with {@code git apply --binary} to a checkout of the base commit, gives the tree
   * that the agent left: whatever it committed, staged or just wrote, but not what {@code
   * .gitignore} files leave out and no commit or index of the agent names.
   *
   * <p>Nothing in the workspace is executed, and neither its files nor its {@code .git} are written
   * to. All failures are values.
   *
   * @param patch where to put the patch; replaced in one step, and absent if there is none to keep
   * @param maxPatchBytes the longest patch to keep
   * @param limit how long it may take
   */
  CollectedChanges collect(RunId run, Path patch, long maxPatchBytes, Duration limit)
      throws InterruptedException;
}
