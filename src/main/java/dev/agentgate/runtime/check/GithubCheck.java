package dev.agentgate.runtime.check;

import dev.agentgate.config.GithubConfig;
import dev.agentgate.config.Problem;
import dev.agentgate.config.Settings;
import dev.agentgate.git.GitHubHost;
import jakarta.inject.Singleton;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Checks that repositories can be cloned from the configured host. */
@Singleton
class GithubCheck implements StartCheck {
  private static final Set<String> REMOTE_SCHEMES = Set.of("https", "http", "ssh");

  private final GithubConfig github;

  GithubCheck(Settings settings) {
    github = settings.github();
  }

  @Override
  public Stream<Problem> problems() {
    return Stream.of(
            github
                .owner()
                .filter(owner -> !GitHubHost.isOwner(owner))
                .map(owner ->
                    new Problem(
                        "agentgate.github.owner",
                        "is not a valid GitHub account name (" + owner + ")",
                        "set only the account, like acme")),
            baseUrl(github.baseUrl()),
            github
                .apiUrl()
                .filter(url -> !isHttpUrl(url))
                .map(_ ->
                    new Problem(
                        "agentgate.github.api-url",
                        "is not an https or http URL, or has a user, a query or a fragment",
                        "write it like https://api.github.com")),
            github
                .token()
                .filter(token -> !isToken(token))
                .map(token ->
                    new Problem(
                        "agentgate.github.token",
                        "contains a space, a line break or another character that a token cannot"
                            + " have",
                        "set only the token")))
        .flatMap(Optional::stream);
  }

  private static boolean isHttpUrl(String text) {
    try {
      URI url = new URI(text);
      return ("https".equals(url.getScheme()) || "http".equals(url.getScheme()))
          && url.getHost() != null
          && url.getUserInfo() == null
          && url.getQuery() == null
          && url.getFragment() == null;
    } catch (URISyntaxException e) {
      return false;
    }
  }

  private static boolean isToken(String text) {
    return text.chars().allMatch(c -> c > ' ' && c <= '~');
  }

  private static Optional<Problem> baseUrl(String text) {
    URI url;
    try {
      url = new URI(text);
    } catch (URISyntaxException e) {
      // The text may hold a password, so it is not repeated.
      return problem("is not a URL", "write it like https://github.com");
    }
    @Nullable String scheme = url.getScheme();
    boolean remote = scheme != null && REMOTE_SCHEMES.contains(scheme) && url.getHost() != null;
    boolean local = "file".equals(scheme) && url.getPath() != null && url.getPath().startsWith("/");
    if (!remote && !local) {
      return problem("is not an https, http, ssh or file URL", "write it like https://github.com");
    }
    if (url.getQuery() != null || url.getFragment() != null) {
      return problem("has a query or a fragment", "end it after the path");
    }
    return "ssh".equals(scheme) || url.getUserInfo() == null
        ? Optional.empty()
        : problem("contains a user or a password", "remove it, and set agentgate.github.token");
  }

  private static Optional<Problem> problem(String reason, String remedy) {
    return Optional.of(new Problem("agentgate.github.base-url", reason, remedy));
  }
}
