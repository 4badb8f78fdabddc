package dev.agentgate.workspace;

import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkspaceSource;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Makes commits of what agents left in their workspaces, and publishes them. */
public interface WorkspaceCommits {

  /**
   * What the commit of an agent's uncommitted changes says.
   *
   * @param message the whole message, trailers included
   * @param time the time of the commit; the same input always gives the same commit
   */
  record Signature(String message, String authorName, String authorEmail, Instant time) {}

  /**
   * Everything that a run changed, as a patch.
   *
   * @param baseCommit the full id of the commit that it is applied to
   */
  record Patch(String baseCommit, Content content) {}

  /** The bytes of a patch. */
  @FunctionalInterface
  interface Content {
    InputStream open() throws IOException;
  }

  /** Whether the workspace of a run is on this machine. */
  boolean isHere(RunId run);

  /**
   * Commits what an agent left uncommitted on top of its own commits, which stay as they are. Call
   * it after the last process of the run is gone. The commit has the tree that {@link
   * WorkspaceChanges#collect} compares with the base.
   *
   * <p>Nothing in the workspace is executed, and neither its files nor its {@code .git} are written
   * to.
   *
   * @param source the source of the run's order, which is where the commit can be pushed to
   * @param limit the longest time that the commit and its push may take
   * @return empty if the agent changed nothing; otherwise to be closed
   * @throws WorkspaceFailedException with the reason, if there is no such commit
   */
  Optional<WorkspaceCommit> commit(
      RunId run, WorkspaceSource source, Signature signature, Duration limit)
      throws WorkspaceFailedException, InterruptedException;

  /**
   * Commits a patch, because the workspace of the run is elsewhere. All changes become one commit,
   * which has the same tree as that of the workspace would have.
   *
   * @param source as above
   * @param limit the longest time that the commit and its push may take
   * @return empty if nothing was changed; otherwise to be closed
   * @throws WorkspaceFailedException with the reason, if there is no such commit
   */
  Optional<WorkspaceCommit> commit(
      RunId run, WorkspaceSource source, Patch patch, Signature signature, Duration limit)
      throws WorkspaceFailedException, InterruptedException;
}
