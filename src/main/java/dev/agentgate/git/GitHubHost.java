package dev.agentgate.git;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The host of sources of type {@code github}, and the names that it allows. The operator sets its
 * base URL, which may use any protocol that git supports. Clients only add an owner and a
 * repository.
 */
public final class GitHubHost {
  private static final String PUBLIC_HOST = "github.com";

  /**
   * 1 to 39 letters and digits with single hyphens between them. Underscores precede the short
   * codes of managed users.
   *
   * @see <a
   *     href="https://docs.github.com/en/enterprise-cloud@latest/admin/managing-iam/iam-configuration-reference/username-considerations-for-external-authentication">
   *     GitHub on usernames</a>
   */
  private static final Pattern OWNER =
      Pattern.compile("(?=.{1,39}$)[A-Za-z0-9](?:[A-Za-z0-9_]|-(?=[A-Za-z0-9_]))*");

  private static final Pattern REPOSITORY = Pattern.compile("[A-Za-z0-9._][A-Za-z0-9._-]{0,99}");

  private static final Pattern NAMES = Pattern.compile("([^/]+)/([^/]+?)(?:\\.git)?/?");

  private final String baseUrl;
  private final URI uri;

  /**
   * @param baseUrl for example {@code https://github.com} or {@code file:///srv/mirrors}
   * @throws IllegalArgumentException if it is not an absolute URL, or has credentials, a query or a
   *     fragment
   */
  public GitHubHost(String baseUrl) {
    try {
      this.uri = new URI(baseUrl);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("The GitHub base URL is not a URL", e);
    }
    boolean isFile = "file".equals(uri.getScheme());
    if (uri.getScheme() == null
        || uri.getRawPath() == null
        || uri.getRawQuery() != null
        || uri.getRawFragment() != null
        || (isFile ? uri.getRawPath().isEmpty() : uri.getHost() == null)) {
      throw new IllegalArgumentException(
          "The GitHub base URL must be like https://github.com, without a query or fragment");
    }
    if (uri.getRawUserInfo() != null && uri.getScheme().startsWith("http")) {
      throw new IllegalArgumentException(
          "The GitHub base URL must not contain credentials, because clients see it; set the token"
              + " instead");
    }
    this.baseUrl = stripSlashes(baseUrl);
  }

  /** Whether GitHub allows this name for an account. */
  public static boolean isOwner(String text) {
    return OWNER.matcher(text).matches();
  }

  /** Whether GitHub allows this name for a repository. */
  public static boolean isRepository(String text) {
    return REPOSITORY.matcher(text).matches()
        && !text.equals(".")
        && !text.equals("..")
        && !text.toLowerCase(Locale.ROOT).endsWith(".git");
  }

  /** Returns the URL that git clones. The names must have been checked. */
  public String remote(String owner, String repository) {
    return baseUrl + "/" + owner + "/" + repository + ".git";
  }

  /**
   * Returns the URL that git clones for a repository on this host.
   *
   * @param url the URL of a web page, either form of a URL for {@code ssh}, or a result of {@link
   *     #remote}
   * @return empty if it is not on this host or is not a repository
   */
  public Optional<String> remoteOf(String url) {
    return Stream.of(baseUrl + "/", webPrefix(), sshPrefix(), sshUrlPrefix())
        .filter(prefix -> url.regionMatches(true, 0, prefix, 0, prefix.length()))
        .map(prefix -> NAMES.matcher(url.substring(prefix.length())))
        .filter(Matcher::matches)
        .filter(names -> isOwner(names.group(1)) && isRepository(names.group(2)))
        .map(names -> remote(names.group(1), names.group(2)))
        .findFirst();
  }

  /** Returns the protocol of {@link #remote}, as in {@code GIT_ALLOW_PROTOCOL}. */
  public String protocol() {
    return uri.getScheme().toLowerCase(Locale.ROOT);
  }

  /** Returns the prefix of clients' web URLs. */
  public String webPrefix() {
    return isFile()
        ? "https://" + PUBLIC_HOST + "/"
        : "https://" + authority() + stripSlashes(uri.getRawPath()) + "/";
  }

  /** Returns the prefix of clients' {@code git@host:owner/repo.git}. */
  public String sshPrefix() {
    return "git@" + sshHost() + ":";
  }

  private String sshUrlPrefix() {
    return "ssh://git@" + sshHost() + "/";
  }

  private String sshHost() {
    return isFile() ? PUBLIC_HOST : uri.getHost();
  }

  /**
   * Returns where the token may be sent, as git's {@code credential.<url>}; empty if none is
   * needed.
   */
  public Optional<String> credentialScope() {
    return protocol().startsWith("http")
        ? Optional.of(protocol() + "://" + authority())
        : Optional.empty();
  }

  /**
   * Returns the root of this host's REST API; empty if its base URL does not tell.
   *
   * @see <a href="https://docs.github.com/en/enterprise-server@latest/rest/quickstart">GitHub
   *     Enterprise Server</a>
   */
  public Optional<URI> apiUrl() {
    if (!protocol().startsWith("http")) {
      return Optional.empty();
    }
    return Optional.of(
        URI.create(
            PUBLIC_HOST.equals(uri.getHost())
                ? "https://api." + PUBLIC_HOST
                : baseUrl + "/api/v3"));
  }

  /** Returns the directory of the repositories if the base URL names one on this machine. */
  public Optional<String> directory() {
    return isFile() ? Optional.of(stripSlashes(uri.getPath())) : Optional.empty();
  }

  private boolean isFile() {
    return protocol().equals("file");
  }

  private String authority() {
    return uri.getPort() < 0 ? uri.getHost() : uri.getHost() + ":" + uri.getPort();
  }

  private static String stripSlashes(String text) {
    int end = text.length();
    while (end > 0 && text.charAt(end - 1) == '/') {
      end--;
    }
    return text.substring(0, end);
  }
}
