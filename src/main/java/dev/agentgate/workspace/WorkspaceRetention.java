package dev.agentgate.workspace;

import dev.agentgate.workorder.RunId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;

/**
 * Decides which workspaces of finished runs are removed. {@link Workspaces#remove} removes them.
 *
 * @param keep which workspaces are kept after their run
 * @param maxTotalBytes the largest total size of kept workspaces; empty for no limit
 */
public record WorkspaceRetention(Keep keep, OptionalLong maxTotalBytes) {

  /** The runs whose workspaces are kept. */
  public enum Keep {
    /** Runs that did not complete, so that a person can look at their workspaces. */
    FAILED,
    ALWAYS,
    NEVER
  }

  /**
   * A workspace of a finished order.
   *
   * @param finishedAt when its order finished
   */
  public record Kept(RunId run, Instant finishedAt, long bytes) {}

  /**
   * Whether a workspace is kept once nothing needs it any more.
   *
   * @param completed whether its run completed
   */
  public boolean keeps(boolean completed) {
    return switch (keep) {
      case ALWAYS -> true;
      case FAILED -> !completed;
      case NEVER -> false;
    };
  }

  /**
   * Returns the workspaces to remove so that the others fit the limit, the first finished first.
   */
  public List<RunId> surplus(List<Kept> workspaces) {
    if (maxTotalBytes.isEmpty()) {
      return List.of();
    }
    long total = workspaces.stream().mapToLong(Kept::bytes).sum();
    List<RunId> surplus = new ArrayList<>();
    List<Kept> oldestFirst =
        workspaces.stream()
            .sorted(Comparator.comparing(Kept::finishedAt).thenComparing(Kept::run))
            .toList();
    for (Kept workspace : oldestFirst) {
      if (total <= maxTotalBytes.getAsLong()) {
        break;
      }
      surplus.add(workspace.run());
      total -= workspace.bytes();
    }
    return surplus;
  }
}
