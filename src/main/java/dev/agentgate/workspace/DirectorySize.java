package dev.agentgate.workspace;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;

/** Measures directories. */
final class DirectorySize {
  private DirectorySize() {}

  /**
   * Returns the total size of the files below a directory, in bytes, without following links. Files
   * that cannot be seen do not count.
   */
  static long of(Path directory) {
    Sum sum = new Sum();
    try {
      Files.walkFileTree(directory, Set.of(), Integer.MAX_VALUE, sum);
    } catch (IOException e) {
      // The rest cannot be seen.
    }
    return sum.bytes;
  }

  private static final class Sum extends SimpleFileVisitor<Path> {
    private long bytes;

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      bytes += attributes.size();
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) {
      return FileVisitResult.CONTINUE;
    }
  }
}
