package dev.agentgate.workspace;

import dev.agentgate.git.RawName;
import dev.agentgate.git.Revision;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Reads the commit of HEAD in a repository that an agent has had write access to. The repository is
 * read as data, without git: no link is followed, and only plain files are opened. Only the {@code
 * .git} file of a submodule or a linked work tree may lead elsewhere, and only into the {@code
 * .git} of the workspace.
 *
 * @see <a href="https://git-scm.com/docs/gitrepository-layout">gitrepository-layout</a>
 */
final class RepositoryHead {
  private static final int MAX_SHORT_FILE = 4096;
  private static final int MAX_PACKED_REFS = 16 * 1024 * 1024;
  private static final int MAX_STEPS = 5;
  private static final String GIT = ".git";

  private final Path workspace;

  /**
   * @param workspace the whole workspace, which contains the work trees that are asked about
   */
  RepositoryHead(Path workspace) {
    this.workspace = workspace;
  }

  /**
   * Returns the full id of the commit.
   *
   * @param workTree the top of a work tree
   * @return empty if there is none or it cannot be determined
   */
  Optional<String> commit(Path workTree) {
    try {
      Optional<Path> directory = gitDirectory(workTree);
      return directory.isPresent() ? commitIn(directory.get()) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private Optional<Path> gitDirectory(Path workTree) throws IOException {
    Path git = workTree.resolve(GIT);
    if (Files.isDirectory(git, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.of(git);
    }
    Optional<String> target =
        shortFile(git)
            .filter(text -> text.startsWith("gitdir: "))
            .map(text -> text.substring("gitdir: ".length()).stripTrailing());
    if (target.isEmpty()) {
      return Optional.empty();
    }
    Path top = workspace.resolve(GIT);
    Path directory =
        RawName.under(Path.of("/"), RawName.ofKey(absolute(workTree, target.get()))).normalize();
    boolean inside = directory.startsWith(top) && !directory.equals(top);
    return Optional.of(directory).filter(it -> inside && isWithoutLinks(it));
  }

  private static String absolute(Path workTree, String target) {
    return target.startsWith("/") ? target : RawName.key(RawName.of(workTree)) + "/" + target;
  }

  private Optional<String> commitIn(Path directory) throws IOException {
    Optional<String> value = shortFile(directory.resolve("HEAD"));
    for (int step = 0; step < MAX_STEPS && value.isPresent(); step++) {
      String text = value.get().stripTrailing();
      if (Revision.COMMIT_ID.matcher(text).matches()) {
        return Optional.of(text);
      }
      if (!text.startsWith("ref: ")) {
        return Optional.empty();
      }
      value = ref(directory, text.substring("ref: ".length()).strip());
    }
    return Optional.empty();
  }

  private Optional<String> ref(Path directory, String name) throws IOException {
    if (!isRefName(name)) {
      return Optional.empty();
    }
    // A linked work tree has its own HEAD and shares the rest.
    Path shared = workspace.resolve(GIT);
    List<Path> places =
        shared.resolve("worktrees").equals(directory.getParent())
            ? List.of(directory, shared)
            : List.of(directory);
    for (Path place : places) {
      Path loose = RawName.under(place, RawName.ofKey(name));
      Optional<String> value = isWithoutLinks(loose) ? shortFile(loose) : Optional.empty();
      if (value.isEmpty()) {
        value = packedRef(place.resolve("packed-refs"), name);
      }
      if (value.isPresent()) {
        return value;
      }
    }
    return Optional.empty();
  }

  private static boolean isRefName(String name) {
    if (!name.startsWith("refs/") || name.length() > MAX_SHORT_FILE / 4) {
      return false;
    }
    for (String part : name.split("/", -1)) {
      if (part.isEmpty() || part.startsWith(".") || part.chars().anyMatch(c -> c < ' ')) {
        return false;
      }
    }
    return true;
  }

  private static Optional<String> packedRef(Path file, String name) throws IOException {
    if (!isPlainFile(file, MAX_PACKED_REFS)) {
      return Optional.empty();
    }
    try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.endsWith(" " + name) && line.indexOf(' ') == line.length() - name.length() - 1) {
          return Optional.of(line.substring(0, line.indexOf(' ')));
        }
      }
    }
    return Optional.empty();
  }

  /** Whether all directories above the path, from the workspace on, are real directories. */
  private boolean isWithoutLinks(Path path) {
    for (Path at = path.getParent(); at != null && at.startsWith(workspace); at = at.getParent()) {
      if (!Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) {
        return false;
      }
    }
    return !Files.isSymbolicLink(path);
  }

  private static Optional<String> shortFile(Path file) throws IOException {
    return isPlainFile(file, MAX_SHORT_FILE)
        ? Optional.of(Files.readString(file, StandardCharsets.ISO_8859_1))
        : Optional.empty();
  }

  private static boolean isPlainFile(Path file, long most) throws IOException {
    return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Files.size(file) <= most;
  }
}
