package dev.agentgate.config;

import io.smallrye.config.WithDefault;
import java.util.Optional;

/** The GitHub host of the repositories that orders name. */
public interface GithubConfig {
  /** The owner of a repository that is named alone. */
  Optional<String> owner();

  /**
   * Clones {@code {base-url}/{owner}/{repo}.git}: GitHub, GitHub Enterprise, a mirror, or {@code
   * file:///…}. Schemes {@code https}, {@code http}, {@code ssh}, {@code file}; no user or password
   * in it.
   */
  @WithDefault("https://github.com")
  String baseUrl();

  /** The token for private repositories. It appears in no argument list, URL, log or answer. */
  Optional<String> token();
}
