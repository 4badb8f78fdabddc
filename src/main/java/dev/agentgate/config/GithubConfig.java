package dev.agentgate.config;

import io.smallrye.config.WithDefault;
import java.util.Optional;

/** The GitHub host of the repositories that orders name. */
public interface GithubConfig {
  /** The owner of a repository that an order names without an owner. */
  Optional<String> owner();

  /**
   * Where repositories are cloned from: {@code {base-url}/{owner}/{repo}.git}. It can be GitHub,
   * GitHub Enterprise, a mirror, or {@code file:///…}. The scheme is {@code https}, {@code http},
   * {@code ssh} or {@code file}. The URL must not contain a user or a password.
   */
  @WithDefault("https://github.com")
  String baseUrl();

  /** The token for private repositories. It appears in no argument list, URL, log or answer. */
  Optional<String> token();
}
