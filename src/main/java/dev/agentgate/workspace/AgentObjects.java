package dev.agentgate.workspace;

import java.io.IOException;
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

/** Finds the objects of a repository that an agent has had write access to. */
final class AgentObjects {
  private static final int MAX_FILES = 2_000_000;
  private static final List<String> LEADING_ELSEWHERE =
      List.of("info/alternates", "info/http-alternates");

  private AgentObjects() {}

  /**
   * Returns the directory of the objects, for git to read.
   *
   * @param git the {@code .git} of the repository
   * @return empty if it contains anything but plain files and directories, or refers to objects
   *     elsewhere
   */
  static Optional<Path> find(Path git) {
    Path objects = git.resolve("objects");
    boolean usable =
        Files.isDirectory(git, LinkOption.NOFOLLOW_LINKS)
            && Files.isDirectory(objects, LinkOption.NOFOLLOW_LINKS)
            && LEADING_ELSEWHERE.stream()
                .noneMatch(name -> Files.exists(objects.resolve(name), LinkOption.NOFOLLOW_LINKS))
            && isPlain(objects);
    return usable ? Optional.of(objects) : Optional.empty();
  }

  private static boolean isPlain(Path top) {
    Deque<Path> pending = new ArrayDeque<>(List.of(top));
    int seen = 0;
    while (!pending.isEmpty()) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(pending.removeLast())) {
        for (Path entry : entries) {
          BasicFileAttributes attributes =
              Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
          if (attributes.isDirectory()) {
            pending.addLast(entry);
          } else if (!attributes.isRegularFile()) {
            return false;
          }
          if (++seen > MAX_FILES) {
            return false;
          }
        }
      } catch (IOException | DirectoryIteratorException e) {
        return false;
      }
    }
    return true;
  }
}
