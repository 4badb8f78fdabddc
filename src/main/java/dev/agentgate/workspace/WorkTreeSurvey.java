package dev.agentgate.workspace;

import dev.agentgate.git.Deadline;
import dev.agentgate.git.GitException;
import dev.agentgate.git.RawName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Walks a work tree before git does, to find files that would block git forever. Git opens some
 * files because of their names alone, and opening a FIFO waits for a writer. Follows only links
 * that git would follow.
 */
final class WorkTreeSurvey {
  private static final String GIT = ".git";
  private static final Set<String> RULES = Set.of(".gitignore", ".gitattributes", ".gitmodules");
  private static final int MAX_FILES = 5_000_000;

  /** Git reads such a file completely into memory. */
  private static final long MAX_RULES = 16L * 1024 * 1024;

  private static final int MAX_GIT_FILE = 4096;
  private static final int FILE_TYPE = 0170000;
  private static final int SOCKET = 0140000;

  private final Path workTree;
  private final Deadline deadline;
  private final Deque<Place> pending = new ArrayDeque<>();
  private int seen;
  private int unreadable;

  WorkTreeSurvey(Path workTree, Deadline deadline) {
    this.workTree = workTree;
    this.deadline = deadline;
  }

  /**
   * A directory to walk.
   *
   * @param inGit whether it is, or is inside, the {@code .git} of a nested repository
   */
  private record Place(Path directory, boolean inGit) {}

  /**
   * Checks everything but the {@code .git} at the top.
   *
   * @throws WorkspaceFailedException if git must not read the work tree, with the reason
   * @throws GitException if the time is up
   */
  void run() throws GitException, WorkspaceFailedException {
    pending.add(new Place(workTree, false));
    while (!pending.isEmpty()) {
      Place place = pending.removeLast();
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(place.directory())) {
        for (Path entry : entries) {
          look(entry, place);
        }
      } catch (IOException | DirectoryIteratorException e) {
        unreadable++;
      }
    }
  }

  /** Returns the number of directories that could not be read. */
  int unreadable() {
    return unreadable;
  }

  private void look(Path entry, Place place) throws GitException, WorkspaceFailedException {
    if (++seen > MAX_FILES) {
      throw new WorkspaceFailedException(
          "The workspace has more than " + MAX_FILES + " files, too many to compare");
    }
    if (seen % 1000 == 0 && deadline.remainingNanos() <= 0) {
      throw deadline.exceeded("Checking the files of the workspace");
    }
    String name = String.valueOf(entry.getFileName());
    boolean isGit = name.equals(GIT);
    if (isGit && place.directory().equals(workTree)) {
      return;
    }
    try {
      BasicFileAttributes attributes =
          Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (attributes.isDirectory()) {
        pending.addLast(new Place(entry, place.inGit() || isGit));
      }
      if (RULES.contains(name)) {
        requireReadable(entry, attributes);
      }
      if (isGit || place.inGit()) {
        requireOpenable(entry);
      }
      if (isGit && !attributes.isDirectory()) {
        requireOpenableTarget(entry);
      }
    } catch (IOException e) {
      // Its attributes cannot be read, so git cannot open it either.
    }
  }

  private void requireReadable(Path rules, BasicFileAttributes attributes)
      throws WorkspaceFailedException {
    if (attributes.isOther()) {
      throw refused(rules, "is not a file");
    }
    if (attributes.isRegularFile() && attributes.size() > MAX_RULES) {
      throw refused(rules, "is too large");
    }
  }

  private void requireOpenable(Path file) throws IOException, WorkspaceFailedException {
    if (Files.exists(file)
        && Files.readAttributes(file, BasicFileAttributes.class).isOther()
        // Opening a socket fails at once.
        && ((int) Files.getAttribute(file, "unix:mode") & FILE_TYPE) != SOCKET) {
      throw refused(file, "is not a file");
    }
  }

  /**
   * Checks what git opens to find out whether a {@code .git} file or link leads to a repository.
   */
  private void requireOpenableTarget(Path git) throws IOException, WorkspaceFailedException {
    Optional<Path> directory = Files.isRegularFile(git) ? namedDirectory(git) : Optional.of(git);
    if (directory.isPresent()) {
      for (String name : List.of("HEAD", "commondir")) {
        requireOpenable(directory.get().resolve(name));
      }
    }
  }

  private static Optional<Path> namedDirectory(Path file) throws IOException {
    if (Files.size(file) > MAX_GIT_FILE) {
      return Optional.empty();
    }
    String text = Files.readString(file, StandardCharsets.ISO_8859_1);
    if (!text.startsWith("gitdir: ")) {
      return Optional.empty();
    }
    String target = text.substring("gitdir: ".length()).stripTrailing();
    Path base = target.startsWith("/") ? Path.of("/") : file.resolveSibling("");
    return Optional.of(RawName.under(base, RawName.ofKey(target)));
  }

  private WorkspaceFailedException refused(Path entry, String why) {
    String name = entry.startsWith(workTree) ? workTree.relativize(entry).toString() : "a .git";
    String shown = name.replaceAll("\\p{Cntrl}", "?");
    return new WorkspaceFailedException(
        "The changes cannot be compared: "
            + (shown.length() > 200 ? shown.substring(0, 200) + "…" : shown)
            + " "
            + why);
  }
}
