package dev.agentgate.config;

import io.smallrye.config.WithDefault;
import java.util.List;
import java.util.Optional;

/** Places where agents may work. */
public interface WorkspaceConfig {
  /** Directories below which an order may name a local path. None may hold the data directory. */
  @AbsolutePath
  Optional<List<String>> localRoots();

  /**
   * Whether several orders may work in the same local directory at once. Otherwise one does, by
   * whatever name the others call it, and they wait ({@code blockedBy} says {@code repository}). A
   * directory and one below it are two.
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
   * Whether files that a repository keeps in Git LFS are fetched. Needs {@code git-lfs} on the
   * {@code PATH} (the image has none).
   */
  @WithDefault("false")
  boolean lfs();
}
