package dev.agentgate.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.List;
import java.util.Optional;

/** Where agents may work. */
@ConfigMapping(prefix = "agentgate.workspace")
public interface WorkspaceConfig {
  /** Directories below which an order may name a local path, separated by commas. */
  Optional<List<String>> localRoots();

  /** Whether several orders may work in the same local directory at once. */
  @WithDefault("false")
  boolean localShared();

  /** Whether the submodules of a repository are checked out too. */
  @WithDefault("false")
  boolean submodules();

  /** Whether files that a repository keeps in Git LFS are fetched; needs {@code git-lfs}. */
  @WithDefault("false")
  boolean lfs();
}
