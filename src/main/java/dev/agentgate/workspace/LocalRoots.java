package dev.agentgate.workspace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The directories below which a client may name a path of this machine. Links are resolved on both
 * sides at every call, because they may change between the submission of an order and its start.
 */
public final class LocalRoots {
  private final List<Path> roots;

  /**
   * @param roots need not exist yet
   */
  public LocalRoots(List<Path> roots) {
    this.roots = List.copyOf(roots);
  }

  boolean isEmpty() {
    return roots.isEmpty();
  }

  /** Returns the real path if it is a directory and is a root or below one. */
  Optional<Path> find(String path) {
    try {
      Path asked = Path.of(path);
      if (!asked.isAbsolute()) {
        return Optional.empty();
      }
      Path real = asked.toRealPath();
      return Files.isDirectory(real) && roots.stream().anyMatch(root -> contains(root, real))
          ? Optional.of(real)
          : Optional.empty();
    } catch (IOException | InvalidPathException e) {
      return Optional.empty();
    }
  }

  /** Returns the identity of a directory; empty if it is gone. */
  static Optional<DirectoryIdentity> identify(Path directory) {
    try {
      return Optional.of(DirectoryIdentity.of(directory));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static boolean contains(Path root, Path real) {
    try {
      return real.startsWith(root.toRealPath());
    } catch (IOException e) {
      return false;
    }
  }
}
