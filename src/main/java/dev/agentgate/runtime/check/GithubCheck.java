package dev.agentgate.runtime.check;

import dev.agentgate.config.GithubConfig;
import dev.agentgate.config.Problem;
import dev.agentgate.config.Settings;
import dev.agentgate.workspace.GitHubHost;
import jakarta.inject.Singleton;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Whether repositories can be cloned from the configured host. */
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
                        "is no name that GitHub gives to an account (" + owner + ")",
                        "set the account alone, like acme")),
            baseUrl(github.baseUrl()),
            github
                .token()
                .filter(token -> !isToken(token))
                .map(token ->
                    new Problem(
                        "agentgate.github.token",
                        "holds a blank, a line end or another character that no token has",
                        "set the token alone")))
        .flatMap(Optional::stream);
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
      return problem("is no URL", "write it like https://github.com");
    }
    @Nullable String scheme = url.getScheme();
    boolean remote = scheme != null && REMOTE_SCHEMES.contains(scheme) && url.getHost() != null;
    boolean local = "file".equals(scheme) && url.getPath() != null && url.getPath().startsWith("/");
    if (!remote && !local) {
      return problem("is no https, http, ssh or file URL", "write it like https://github.com");
    }
    if (url.getQuery() != null || url.getFragment() != null) {
      return problem("has a query or a fragment", "end it after the path");
    }
    return "ssh".equals(scheme) || url.getUserInfo() == null
        ? Optional.empty()
        : problem("holds a user or a password", "take it out, and set agentgate.github.token");
  }

  private static Optional<Problem> problem(String reason, String remedy) {
    return Optional.of(new Problem("agentgate.github.base-url", reason, remedy));
  }
}
