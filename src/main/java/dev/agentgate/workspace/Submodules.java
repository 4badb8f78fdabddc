package dev.agentgate.workspace;

import dev.agentgate.git.GitException;
import dev.agentgate.git.GitFailedException;
import dev.agentgate.git.LocalGit;
import dev.agentgate.git.Revision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The submodules of a checked-out repository, from its {@code .gitmodules} and its tree. The
 * repository's author controls both. {@code git submodule} is not used, because it reads more of
 * the file than is checked here.
 *
 * @see <a href="https://git-scm.com/docs/gitmodules">gitmodules</a>
 */
final class Submodules {
  private static final String FILE = ".gitmodules";
  private static final Pattern ENTRY =
      Pattern.compile(
          "submodule\\.(?<name>.+)\\.(?<key>path|url|update)\\n(?<value>.*)", Pattern.DOTALL);
  private static final Pattern LINK =
      Pattern.compile("160000 commit ([0-9a-f]{40}|[0-9a-f]{64})\\t(.*)", Pattern.DOTALL);
  private static final String LEFT_ALONE = "none";
  private static final int NOTHING_FOUND = 1;

  /** The number of entries that are searched to find out whether there is any submodule. */
  private static final int LOOKED_AT = 16;

  private static final int MAX_SHOWN = 200;

  private Submodules() {}

  /**
   * A submodule that can be checked out.
   *
   * @param name safe in a configuration key
   * @param path relative to the repository
   * @param url not checked
   */
  record Submodule(String name, Path path, String url, Revision.Commit commit) {
    /** Returns its path for a message, on one line. */
    String shown() {
      return Submodules.shown(path.toString());
    }
  }

  /**
   * Reads the submodules that git would fetch. A gitlink without a URL is not a submodule, and one
   * with {@code update = none} stays empty.
   *
   * @param most the largest number of submodules allowed
   * @throws WorkspaceFailedException if one of them is not allowed
   */
  static List<Submodule> read(LocalGit repository, int most)
      throws GitException, WorkspaceFailedException, InterruptedException {
    List<Entry> entries = entries(repository);
    if (entries.size() > most) {
      throw new WorkspaceFailedException("The repository has too many submodules");
    }
    List<Submodule> found = new ArrayList<>();
    for (Entry entry : entries) {
      Optional<Revision.Commit> commit = commit(repository, entry.path());
      if (commit.isPresent()) {
        found.add(
            new Submodule(
                checkedName(entry.name()), checkedPath(entry.path()), entry.url(), commit.get()));
      }
    }
    return found;
  }

  /** Whether there are any submodules, even ones that must not be fetched. */
  static boolean exist(LocalGit repository) throws InterruptedException {
    try {
      for (Entry entry : entries(repository).stream().limit(LOOKED_AT).toList()) {
        if (commit(repository, entry.path()).isPresent()) {
          return true;
        }
      }
      return false;
    } catch (GitException e) {
      // Submodules that are not fetched need not be valid.
      return false;
    }
  }

  /** An entry of the file, not checked. */
  private record Entry(String name, String path, String url) {}

  private static List<Entry> entries(LocalGit repository)
      throws GitException, InterruptedException {
    if (!Files.isRegularFile(repository.directory().resolve(FILE), LinkOption.NOFOLLOW_LINKS)) {
      return List.of();
    }
    Map<String, Map<String, String>> values = new LinkedHashMap<>();
    for (String entry : configuration(repository)) {
      Matcher matcher = ENTRY.matcher(entry);
      if (matcher.matches()) {
        values
            .computeIfAbsent(matcher.group("name"), _ -> new LinkedHashMap<>())
            .put(matcher.group("key"), matcher.group("value"));
      }
    }
    List<Entry> entries = new ArrayList<>();
    values.forEach((name, keys) -> {
      String path = keys.get("path");
      String url = keys.get("url");
      if (path != null && url != null && !LEFT_ALONE.equals(keys.get("update"))) {
        entries.add(new Entry(name, withoutSlash(path), url));
      }
    });
    return entries;
  }

  private static List<String> configuration(LocalGit repository)
      throws GitException, InterruptedException {
    try {
      String all =
          repository.readAll(
              "config",
              "--blob=HEAD:" + FILE,
              "--null",
              "--get-regexp",
              "^submodule\\..*\\.(path|url|update)$");
      return List.of(all.split("\0", -1));
    } catch (GitFailedException e) {
      if (e.code() == NOTHING_FOUND) {
        return List.of();
      }
      throw e;
    }
  }

  private static String withoutSlash(String path) {
    return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }

  /** Returns what the tree says of it. An entry that is only in the file is not a submodule. */
  private static Optional<Revision.Commit> commit(LocalGit repository, String path)
      throws GitException, InterruptedException {
    if (path.isEmpty()) {
      return Optional.empty();
    }
    String said = repository.readAll("--literal-pathspecs", "ls-tree", "-z", "HEAD", "--", path);
    return Stream.of(said.split("\0", -1))
        .map(LINK::matcher)
        .filter(Matcher::matches)
        .filter(link -> link.group(2).equals(path))
        .map(link -> new Revision.Commit(link.group(1)))
        .findFirst();
  }

  private static String checkedName(String name) throws WorkspaceFailedException {
    if (name.chars().anyMatch(Character::isISOControl)) {
      throw new WorkspaceFailedException(
          "The submodule " + shown(name) + " has a name that is not allowed");
    }
    return name;
  }

  private static Path checkedPath(String path) throws WorkspaceFailedException {
    for (String name : path.split("/", -1)) {
      if (name.isEmpty() || name.equals(".") || name.equals("..") || isGitDirectory(name)) {
        throw new WorkspaceFailedException(
            "The submodule " + shown(path) + " has a path that is not allowed");
      }
    }
    return Path.of(path);
  }

  private static boolean isGitDirectory(String name) {
    return name.equalsIgnoreCase(".git");
  }

  /**
   * Returns the place of a submodule: the empty directory that git created for it, if there are no
   * links on the way to it.
   *
   * @return empty if something else is there
   */
  static Optional<Path> directory(Path repository, Submodule submodule) throws IOException {
    Path expected = repository.toRealPath().resolve(submodule.path());
    if (!Files.isDirectory(expected, LinkOption.NOFOLLOW_LINKS)
        || !expected.toRealPath().equals(expected)) {
      return Optional.empty();
    }
    try (Stream<Path> entries = Files.list(expected)) {
      return entries.findAny().isPresent() ? Optional.empty() : Optional.of(expected);
    }
  }

  static String shown(String text) {
    String plain = text.replaceAll("\\p{Cntrl}", "\ufffd");
    return plain.length() > MAX_SHOWN ? plain.substring(0, MAX_SHOWN) + "…" : plain;
  }
}
