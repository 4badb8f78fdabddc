package dev.agentgate.workspace;

import dev.agentgate.git.Access;
import dev.agentgate.git.GitHubHost;
import dev.agentgate.git.GitUrl;
import dev.agentgate.git.MirrorCache.Remote;
import dev.agentgate.git.Revision;
import java.util.Optional;

/**
 * Decides where a submodule may come from. Its URL is in a repository and not in an order, so it
 * may reach less: only the forms that an order may name, a local path only from a local repository,
 * and the token only for the GitHub host, from a repository that was itself fetched with the token.
 */
final class SubmoduleSource {
  private final GitHubHost host;
  private final LocalRoots roots;

  SubmoduleSource(GitHubHost host, LocalRoots roots) {
    this.host = host;
    this.roots = roots;
  }

  /**
   * Checks a URL.
   *
   * @param url as in {@code .gitmodules}; may be relative
   * @param parent the repository that names it
   * @return empty if it must not be fetched
   */
  Optional<Remote> find(String url, Remote parent, Revision revision) {
    String absolute = isRelative(url) ? resolve(parent.url(), url) : url;
    if (parent.access().withToken()) {
      Optional<String> onHost = host.remoteOf(absolute);
      if (onHost.isPresent()) {
        return Optional.of(new Remote(onHost.get(), new Access(host.protocol(), true), revision));
      }
    }
    return GitUrl.accept(absolute, roots::find)
        .filter(accepted ->
            !accepted.protocol().equals("file") || parent.access().protocol().equals("file"))
        .map(accepted ->
            new Remote(accepted.url(), new Access(accepted.protocol(), false), revision));
  }

  private static boolean isRelative(String url) {
    return url.startsWith("./") || url.startsWith("../");
  }

  /**
   * Resolves a URL as git does, as if the URL of the repository were a directory.
   *
   * @see <a href="https://git-scm.com/docs/git-submodule#_commands">git-submodule, add</a>
   */
  static String resolve(String base, String relative) {
    String root = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
    String rest = relative;
    char separator = '/';
    while (isRelative(rest)) {
      if (rest.startsWith("./")) {
        rest = rest.substring(2);
        continue;
      }
      rest = rest.substring(3);
      int slash = root.lastIndexOf('/');
      int cut = slash >= 0 ? slash : root.lastIndexOf(':');
      separator = slash >= 0 ? '/' : ':';
      root = root.substring(0, Math.max(0, cut));
    }
    return root + separator + rest;
  }
}
