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

  /**
   * The root of GitHub's REST API, for pull requests. If it is not set, it follows from {@code
   * base-url}: {@code https://api.github.com} for {@code https://github.com}, else {@code
   * {base-url}/api/v3}. The token is sent there. The proxy that {@code https_proxy} and {@code
   * no_proxy} name is used.
   */
  Optional<String> apiUrl();

  /**
   * The token for private repositories, and for publishing. It appears in no argument list, URL,
   * log or answer.
   */
  Optional<String> token();
}
