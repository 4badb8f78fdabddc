package dev.agentgate.workspace;

import dev.agentgate.workorder.RunId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;

/**
 * Which workspaces of finished runs go. Decides only; {@link Workspaces#remove} does it.
 *
 * @param keep which ones stay after their run
 * @param maxTotalBytes of those that stay together; empty for no limit
 */
public record WorkspaceRetention(Keep keep, OptionalLong maxTotalBytes) {

  /** Whose workspaces stay. */
  public enum Keep {
    /** Those of runs that did not complete, for someone to look at. */
    FAILED,
    ALWAYS,
    NEVER
  }

  /**
   * A workspace of a finished order.
   *
   * @param finishedAt when its order was over
   */
  public record Kept(RunId run, Instant finishedAt, long bytes) {}

  /**
   * Whether a workspace stays once nothing needs it any more.
   *
   * @param completed whether its run did what it should
   */
  public boolean keeps(boolean completed) {
    return switch (keep) {
      case ALWAYS -> true;
      case FAILED -> !completed;
      case NEVER -> false;
    };
  }

  /** The workspaces that have to go for the others to fit, those finished first in front. */
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
