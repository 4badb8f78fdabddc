package dev.agentgate.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Optional;

/** The GitHub host that orders name repositories on. */
@ConfigMapping(prefix = "agentgate.github")
public interface GithubConfig {
  /** The owner of a repository that is named alone. */
  Optional<String> owner();

  /**
   * Clones {@code {base-url}/{owner}/{repo}.git}: GitHub, GitHub Enterprise, a mirror, or {@code
   * file:///…}.
   */
  @WithDefault("https://github.com")
  String baseUrl();

  /**
   * The token for private repositories. It appears in no argument list, URL, log, answer or file of
   * a workspace.
   */
  Optional<String> token();
}
