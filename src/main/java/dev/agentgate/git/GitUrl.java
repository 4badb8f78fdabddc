package dev.agentgate.git;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Checks remotes that a client names with type {@code git}. The allowed forms are {@code https://},
 * {@code ssh://}, {@code user@host:path}, and {@code file:///} below an allowed root, with or
 * without percent-encoding, as git reads it. Everything else is refused: remote helpers such as
 * {@code ext::}, plain {@code http}, options and local paths.
 *
 * @see <a href="https://git-scm.com/docs/git-fetch#_git_urls">Git URLs</a>
 */
public final class GitUrl {
  private static final int MAX_LENGTH = 2048;
  private static final String HOST = "(?:[A-Za-z0-9][A-Za-z0-9.-]*|\\[[0-9A-Fa-f:.]+])";
  private static final String PORT = "(?::[0-9]{1,5})?";
  private static final String USER = "[A-Za-z0-9_][A-Za-z0-9_.-]*";
  private static final Pattern HTTPS =
      Pattern.compile("https://" + HOST + PORT + "/[A-Za-z0-9._~/+@,=:%-]+");
  // These allow no percent sign, because git decodes it before it passes the path on.
  private static final Pattern SSH =
      Pattern.compile("ssh://(?:" + USER + "@)?" + HOST + PORT + "/[A-Za-z0-9._~/+@,=:-]+");
  private static final Pattern SCP =
      Pattern.compile(USER + "@" + HOST + ":[A-Za-z0-9._~/][A-Za-z0-9._~/+@,=:-]*");
  private static final Pattern FILE = Pattern.compile("file://(/[^\\p{Cntrl}]*)");
  private static final Pattern CREDENTIALS =
      Pattern.compile("(?i)(?:https?://[^/?#]*@|[a-z+]+://[^/?#@]*:[^/?#]*@).*", Pattern.DOTALL);
  private static final Pattern CLIMBING =
      Pattern.compile("(?:.*[/:])?\\.\\.(?:/.*)?", Pattern.DOTALL);

  private GitUrl() {}

  /**
   * A remote that may be passed to git.
   *
   * @param url never begins with a hyphen
   * @param protocol as in {@code GIT_ALLOW_PROTOCOL}
   */
  public record Accepted(String url, String protocol) {}

  /** Returns a URL that git reads as this path, whatever characters the path contains. */
  public static String ofFile(Path path) {
    return "file://" + PercentEncoding.encodePath(path.toString());
  }

  /** Whether the URL contains a user name or a password that would be stored and shown. */
  public static boolean hasCredentials(String text) {
    return CREDENTIALS.matcher(text).matches();
  }

  /**
   * Parses a URL.
   *
   * @param files returns the real path of a file that may be reached, and of no other
   * @return empty if it has none of the allowed forms or names another file
   */
  public static Optional<Accepted> accept(String text, Function<String, Optional<Path>> files) {
    if (text.length() > MAX_LENGTH || CLIMBING.matcher(text).matches()) {
      return Optional.empty();
    }
    if (HTTPS.matcher(text).matches() && !hasCredentials(text)) {
      return Optional.of(new Accepted(text, "https"));
    }
    if (SSH.matcher(text).matches() || SCP.matcher(text).matches()) {
      return Optional.of(new Accepted(text, "ssh"));
    }
    var file = FILE.matcher(text);
    if (file.matches()) {
      return PercentEncoding.decode(file.group(1))
          .filter(path -> !CLIMBING.matcher(path).matches())
          .flatMap(files)
          .map(real -> new Accepted(ofFile(real), "file"));
    }
    return Optional.empty();
  }
}
