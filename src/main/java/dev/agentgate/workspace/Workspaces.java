package dev.agentgate.workspace;

import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkspaceSource;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** Prepares and removes the directories that agents work in. */
public interface Workspaces {

  /**
   * Prepares the workspace of a run. Every process that this starts has {@code AGENTGATE_RUN_ID} in
   * its environment, so stopping the run stops it too; then this method throws.
   *
   * @param limit the longest time that this may take
   * @return the directory that the agent works in, absolute
   * @throws WorkspaceFailedException if it cannot be prepared, or the limit ran out
   */
  Path prepare(RunId run, WorkspaceSource source, Duration limit)
      throws WorkspaceFailedException, InterruptedException;

  /**
   * Returns the place of the run's workspace, even if an earlier process of the service prepared
   * it.
   */
  Path locate(RunId run, WorkspaceSource source);

  /**
   * Returns the identity of a local directory. Determined anew by each call, because links may
   * change.
   *
   * @return empty if it is not a directory below an allowed root now
   */
  Optional<DirectoryIdentity> identify(WorkspaceSource.Local source);

  /**
   * Removes what {@link #prepare} created for the run, but never a local directory. Idempotent.
   *
   * @return false if part of it is left
   */
  boolean remove(RunId run);

  /** Returns every run that has a workspace here; local directories do not count. */
  Set<RunId> list();

  /** Whether a workspace was begun before a time; false if that cannot be determined. */
  boolean isOlder(RunId run, Instant than);

  /** Returns the total size of the files in a workspace, in bytes; 0 if there is none. */
  long size(RunId run);

  /**
   * Removes data that only makes later checkouts faster and has not been used for this long.
   *
   * @return the number of repositories whose caches were removed
   */
  int removeUnusedMirrors(Duration age);
}
