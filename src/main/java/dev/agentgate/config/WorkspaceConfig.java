package dev.agentgate.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.WithDefault;
import java.util.List;
import java.util.Optional;

/** Places where agents may work. */
public interface WorkspaceConfig {
  /**
   * Directories below which an order may name a local path. None of them may contain the data
   * directory.
   */
  @AbsolutePath
  Optional<List<String>> localRoots();

  /**
   * Whether several orders may work in the same local directory at once, or in one below it. If
   * not, one order works there and the others wait, whatever name they use for the directory
   * ({@code blockedBy} says {@code repository}).
   */
  @WithDefault("false")
  boolean localShared();

  /**
   * Whether the submodules of a repository are checked out too.
   *
   * @see "What a checkout holds"
   */
  @WithDefault("false")
  boolean submodules();

  /**
   * Whether files that a repository keeps in Git LFS are fetched. This needs {@code git-lfs} on the
   * {@code PATH}; the image does not contain it.
   */
  @WithDefault("false")
  boolean lfs();

  /**
   * Which workspaces are kept after their order is over: {@code failed} (those of runs that did not
   * complete), {@code always} or {@code never}. With {@code failed}, the workspace of a completed
   * run is removed once its patch is stored; without a patch, the workspace stays. A purge removes
   * every workspace.
   */
  @OneOf(
      kind = "choice",
      value = {"failed", "always", "never"})
  @WithDefault("failed")
  String keep();

  /**
   * The largest total size of the workspaces of orders that are over. Beyond it the oldest are
   * removed first, at each {@code agentgate.maintenance.orphan-cleanup-every}.
   */
  Optional<MemorySize> maxTotalSize();
}
