package dev.agentgate.workspace;

import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkspaceSource;
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
}
