package dev.agentgate.workspace;

import dev.agentgate.git.BranchPush;

/** A commit of what an agent left, in a repository of the service until this is closed. */
public final class WorkspaceCommit implements AutoCloseable {
  private final String id;
  private final BranchPush push;
  private final Runnable discard;

  WorkspaceCommit(String id, BranchPush push, Runnable discard) {
    this.id = id;
    this.push = push;
    this.discard = discard;
  }

  /** Returns the full id of the commit. */
  public String id() {
    return id;
  }

  /** Returns what pushes it to the remote that the run's checkout came from. */
  public BranchPush push() {
    return push;
  }

  /** Removes the repository. Idempotent. */
  @Override
  public void close() {
    discard.run();
  }
}
