package dev.agentgate.workspace;

import dev.agentgate.git.BranchName;
import dev.agentgate.git.GitHubHost;
import dev.agentgate.git.GitUrl;
import dev.agentgate.git.PercentEncoding;
import dev.agentgate.git.Revision;
import dev.agentgate.workorder.WorkspaceSource;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parses {@code workspaceSource} with the precedence and the messages of the HTTP contract: {@code
 * url}, then {@code owner} and {@code repo}, then {@code repo} as {@code owner/repo}, then {@code
 * repo} with the configured owner. Only the first of these that is present counts; if its value is
 * bad that is an error, and the others are not tried. An empty text counts as absent. Nothing is
 * trimmed, and nothing is decoded except the branch in {@code url} and the path in {@code
 * file:///…}.
 *
 * <p>An explicit {@code branch} or {@code ref} takes precedence over the branch in {@code url}. In
 * {@code /tree/…} the whole rest is the branch, as browsers write it, because a branch may contain
 * slashes; or it is the full id of a commit, or {@code refs/tags/x}. {@code refs/heads/x} means
 * {@code x}.
 */
public final class CheckedSourceParser implements WorkspaceSourceParser {
  private static final String UNKNOWN_OWNER =
      "Could not determine repository owner. Provide url, owner+repo, or owner/repo format.";
  private static final String FULL_BRANCH = "refs/heads/";
  private static final String FULL_TAG = "refs/tags/";
  private static final String SUFFIX = ".git";

  /**
   * The part of a URL after the host: owner, repository, branch, and an optional slash at the end.
   */
  private static final Pattern REST =
      Pattern.compile("(?<owner>[^/]+)/(?<repo>[^/]+)(?:/tree/(?<branch>[^?#]+?))?/?");

  /** Long enough for clients to recognise their value. Answers do not echo more than that. */
  private static final int MAX_SHOWN = 2048;

  private final GitHubHost host;
  private final Optional<String> defaultOwner;
  private final LocalRoots roots;

  /**
   * @param defaultOwner the owner of a repository that is named without one
   */
  public CheckedSourceParser(GitHubHost host, Optional<String> defaultOwner, LocalRoots roots) {
    this.host = host;
    this.defaultOwner = defaultOwner.filter(owner -> !owner.isEmpty());
    this.roots = roots;
  }

  @Override
  public WorkspaceSource parse(WorkspaceSourceInput input) {
    String type = given(input.type()).orElse("github");
    return switch (type) {
      case "github" -> gitHub(input);
      case "git" -> git(input);
      case "local" -> local(input);
      case "empty" -> new WorkspaceSource.Empty();
      default ->
          throw invalid(
              "type",
              "Unknown workspaceSource type: "
                  + shown(type)
                  + ". Use github, git, local or empty.");
    };
  }

  /** The branch or the ref that a client named beside the repository; at most one of them. */
  private record Named(Optional<String> branch, Optional<String> ref) {
    static Named of(WorkspaceSourceInput input) {
      Optional<String> branch = given(input.branch());
      Optional<String> ref = given(input.ref());
      if (branch.isPresent() && ref.isPresent()) {
        throw invalid("ref", "Name a branch or a ref, not both.");
      }
      return new Named(branch.map(CheckedSourceParser::branch), ref.map(CheckedSourceParser::ref));
    }

    WorkspaceSource.GitHub gitHub(String owner, String repo) {
      return new WorkspaceSource.GitHub(owner, repo, branch, ref);
    }

    /**
     * What a browser has behind {@code /tree/}. GitHub allows no branch or tag that looks like the
     * id of a commit.
     */
    Named orTree(Optional<String> tree) {
      if (branch.isPresent() || ref.isPresent()) {
        return this;
      }
      return tree.filter(it -> it.startsWith(FULL_TAG) || Revision.COMMIT_ID.matcher(it).matches())
              .isPresent()
          ? new Named(branch, tree.map(CheckedSourceParser::ref))
          : new Named(tree.map(CheckedSourceParser::branch), ref);
    }
  }

  private WorkspaceSource.GitHub gitHub(WorkspaceSourceInput input) {
    Named named = Named.of(input);
    Optional<String> url = given(input.url());
    if (url.isPresent()) {
      return fromUrl(url.get(), named);
    }
    String repo = given(input.repo()).orElseThrow(() -> invalid("", UNKNOWN_OWNER));
    Optional<String> owner = given(input.owner());
    if (owner.isPresent()) {
      return repository(owner.get(), repo, named);
    }
    if (repo.contains("/")) {
      List<String> parts = List.of(repo.split("/", -1));
      if (parts.size() != 2 || parts.contains("")) {
        throw invalid("", UNKNOWN_OWNER);
      }
      return repository(parts.getFirst(), parts.getLast(), named);
    }
    return repository(defaultOwner.orElseThrow(() -> invalid("", UNKNOWN_OWNER)), repo, named);
  }

  private WorkspaceSource.GitHub fromUrl(String url, Named named) {
    String web = host.webPrefix();
    String ssh = host.sshPrefix();
    boolean isWeb = url.regionMatches(true, 0, web, 0, web.length());
    if (!isWeb && !url.regionMatches(true, 0, ssh, 0, ssh.length())) {
      throw invalidUrl(url);
    }
    Matcher rest = REST.matcher(url.substring((isWeb ? web : ssh).length()));
    if (!rest.matches()) {
      throw invalidUrl(url);
    }
    String owner = rest.group("owner");
    String repo = withoutSuffix(rest.group("repo"));
    Optional<String> written = Optional.ofNullable(rest.group("branch"));
    Optional<String> tree = written.flatMap(CheckedSourceParser::decodedTree);
    if (!GitHubHost.isOwner(owner)
        || !GitHubHost.isRepository(repo)
        || (!isWeb && written.isPresent())
        || written.isPresent() != tree.isPresent()) {
      throw invalidUrl(url);
    }
    return named.orTree(tree).gitHub(owner, repo);
  }

  /**
   * A branch, a tag or a commit as written in a URL. Browsers do not encode its slashes, so an
   * encoded slash is refused.
   */
  private static Optional<String> decodedTree(String written) {
    return Optional.of(written)
        .filter(text -> !text.toUpperCase(Locale.ROOT).contains("%2F"))
        .flatMap(PercentEncoding::decode)
        .filter(text -> Revision.ofRef(text).isPresent());
  }

  private static WorkspaceSource.GitHub repository(String owner, String repo, Named named) {
    if (!GitHubHost.isOwner(owner)) {
      throw invalid("owner", "Invalid repository owner: " + shown(owner));
    }
    String name = withoutSuffix(repo);
    if (!GitHubHost.isRepository(name)) {
      throw invalid("repo", "Invalid repository name: " + shown(repo));
    }
    return named.gitHub(owner, name);
  }

  private WorkspaceSource.Git git(WorkspaceSourceInput input) {
    String url =
        given(input.url())
            .orElseThrow(() -> invalid("url", "A workspaceSource of type git needs a url."));
    if (GitUrl.hasCredentials(url)) {
      throw invalid(
          "url", "A git URL must not contain credentials: they would be stored and shown.");
    }
    if (GitUrl.accept(url, roots::find).isEmpty()) {
      throw invalid(
          "url",
          "Invalid git URL: "
              + shown(url)
              + ". Use https://host/path, ssh://user@host/path or user@host:path.");
    }
    Named named = Named.of(input);
    return new WorkspaceSource.Git(url, named.branch(), named.ref());
  }

  private WorkspaceSource.Local local(WorkspaceSourceInput input) {
    String path =
        given(input.path())
            .orElseThrow(() -> invalid("path", "A workspaceSource of type local needs a path."));
    if (roots.isEmpty()) {
      throw invalid("type", "Local workspaces are not enabled: no root directory is allowed.");
    }
    // A missing directory and one outside the roots get the same answer, so that clients cannot
    // find out which directories exist.
    if (isClimbing(path) || roots.find(path).isEmpty()) {
      throw invalid("path", "Local path is not a directory below an allowed root: " + shown(path));
    }
    return new WorkspaceSource.Local(Path.of(path).normalize().toString());
  }

  private static boolean isClimbing(String path) {
    try {
      for (Path name : Path.of(path)) {
        if (name.toString().equals("..")) {
          return true;
        }
      }
      return false;
    } catch (InvalidPathException e) {
      return true;
    }
  }

  private static String branch(String text) {
    String name = text.startsWith(FULL_BRANCH) ? text.substring(FULL_BRANCH.length()) : text;
    if (!BranchName.isValid(name)) {
      throw invalid("branch", "Invalid branch name: " + shown(text));
    }
    return name;
  }

  private static String ref(String text) {
    return switch (Revision.ofRef(text).orElse(null)) {
      case null ->
          throw invalid(
              "ref", "Invalid ref: " + shown(text) + ". Name a branch, a tag or a full commit id.");
      case Revision.Commit commit -> commit.id();
      default -> text;
    };
  }

  private static String withoutSuffix(String repo) {
    return repo.endsWith(SUFFIX) ? repo.substring(0, repo.length() - SUFFIX.length()) : repo;
  }

  private static Optional<String> given(Optional<String> value) {
    return value.filter(text -> !text.isEmpty());
  }

  /** Returns a client's value for a message: on one line and shortened. */
  private static String shown(String value) {
    String text = value.length() > MAX_SHOWN ? value.substring(0, MAX_SHOWN) + "…" : value;
    return text.replaceAll("[\\p{Cntrl}\\p{IsC}]", "\ufffd");
  }

  private static InvalidSourceException invalidUrl(String url) {
    return invalid("url", "Invalid GitHub URL: " + shown(url));
  }

  private static InvalidSourceException invalid(String field, String sentence) {
    return new InvalidSourceException(field, sentence);
  }
}
