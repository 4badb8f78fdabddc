package dev.agentgate.workspace;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes and removes directories that an agent had for itself, so that anything may be in them. */
final class DirectoryTree {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");

  /** How deep one walk goes: it keeps a descriptor open for each level. */
  private static final int MAX_DEPTH = 64;

  /**
   * How many characters a path may have below the top. In UTF-8 that is three times as many bytes
   * at most, well below Linux's limit of 4096 for a whole path.
   */
  private static final int MAX_LENGTH = 600;

  private DirectoryTree() {}

  /** Makes a directory, and those above it, for this user only. */
  static void create(Path directory) throws IOException {
    Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
  }

  /**
   * Removes a directory and all in it: also directories without permissions and those that are too
   * deep to name. Needs few descriptors, however deep they are. Follows no link. Idempotent.
   *
   * @return false if something is left
   */
  static boolean remove(Path directory) {
    // Each pass opens or shortens what the one before could not get into.
    boolean again = true;
    while (again && Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      Remover remover = new Remover(directory);
      try {
        Files.walkFileTree(directory, remover);
      } catch (IOException e) {
        return false;
      }
      again = remover.again;
    }
    return !Files.exists(directory, LinkOption.NOFOLLOW_LINKS);
  }

  private static final class Remover extends SimpleFileVisitor<Path> {
    private final Path top;
    private boolean again;
    private int shortened;

    Remover(Path top) {
      this.top = top;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
      // Moving it changes its entry "..", which takes the right to write to it.
      open(directory);
      if (isTooDeep(directory)) {
        again |= bringUp(directory);
        return FileVisitResult.SKIP_SUBTREE;
      }
      return FileVisitResult.CONTINUE;
    }

    private boolean isTooDeep(Path directory) {
      int depth = directory.getNameCount() - top.getNameCount();
      int length = directory.toString().length() - top.toString().length();
      return depth > 1 && (depth > MAX_DEPTH || length > MAX_LENGTH);
    }

    private boolean bringUp(Path directory) {
      try {
        Files.move(directory, free());
        return true;
      } catch (IOException e) {
        return false;
      }
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      delete(file);
      return FileVisitResult.CONTINUE;
    }

    /** A directory that could not be listed. */
    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) {
      if (open(file)) {
        again = true;
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure) {
      delete(directory);
      return FileVisitResult.CONTINUE;
    }

    private Path free() {
      Path name;
      do {
        name = top.resolve(".removed-" + shortened++);
      } while (Files.exists(name, LinkOption.NOFOLLOW_LINKS));
      return name;
    }

    /** Whether that changed anything: if not, another pass would not get further either. */
    private static boolean open(Path directory) {
      try {
        if (Files.getPosixFilePermissions(directory, LinkOption.NOFOLLOW_LINKS)
            .containsAll(OWNER_ONLY)) {
          return false;
        }
        Files.setPosixFilePermissions(directory, OWNER_ONLY);
        return true;
      } catch (IOException e) {
        return false;
      }
    }

    /** What cannot be deleted stays, and with it the directories above; the rest still goes. */
    private static void delete(Path path) {
      try {
        Files.deleteIfExists(path);
      } catch (IOException e) {
        // The caller sees that something is left.
      }
    }
  }
}
