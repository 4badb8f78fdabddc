package dev.agentgate.workspace;

import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkspaceSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Prepares and removes the directories that agents work in. */
public interface Workspaces {

  /**
   * Prepares the workspace of a run. Every process it starts carries {@code AGENTGATE_RUN_ID} in
   * its environment, so that stopping the run stops them too; then this throws.
   *
   * @param limit how long it may take
   * @return the directory the agent works in, absolute
   * @throws WorkspaceFailedException if it cannot be had, also when the limit ran out
   */
  Path prepare(RunId run, WorkspaceSource source, Duration limit)
      throws WorkspaceFailedException, InterruptedException;

  /** Where the run's workspace is: also for one that was prepared by an earlier service. */
  Path locate(RunId run, WorkspaceSource source);

  /**
   * What tells a local directory from all others: equal for all its names, whatever links and
   * mounts lead to it. Asked anew each time, since links may change.
   *
   * @return empty if it is no directory below an allowed root now
   */
  Optional<Object> identify(WorkspaceSource.Local source);

  /**
   * Removes what {@link #prepare} made for the run; never a local directory. Idempotent.
   *
   * @return false if something is left
   */
  boolean remove(RunId run);

  /**
   * Removes what is kept only to make later checkouts faster and was not used for so long.
   *
   * @return how many repositories' caches were removed
   */
  int removeUnusedMirrors(Duration age);
}
