package dev.agentgate.linux;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Creates and removes directories that agents have had write access to and that may contain
 * anything.
 */
public final class DirectoryTree {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");

  /** The depth of one walk, which keeps a descriptor open for each level. */
  private static final int MAX_DEPTH = 64;

  /**
   * The longest path below the top, in characters. In UTF-8 that is at most three times as many
   * bytes, well below Linux's limit of 4096 bytes for a whole path.
   */
  private static final int MAX_LENGTH = 600;

  private static final Path MOUNTS = Path.of("/proc/self/mountinfo");

  private DirectoryTree() {}

  /** Creates a directory and its parents for this user only. */
  public static void create(Path directory) throws IOException {
    Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
  }

  /** Creates a directory for this user only; fails if its parent is missing or it exists. */
  public static void createLeaf(Path directory) throws IOException {
    Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
  }

  /**
   * Whether a path leads to a directory.
   *
   * @throws CannotLookException if that cannot be told
   */
  public static boolean exists(Path directory) {
    try {
      return Files.readAttributes(directory, BasicFileAttributes.class).isDirectory();
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      CannotLookException.throwIfShort(e);
      return false;
    }
  }

  /**
   * Removes a directory and everything in it, even directories without permissions and directories
   * too deep to be named. Needs few descriptors at any depth. Follows no links, and enters nothing
   * that is mounted below: an agent may have mounted there what must not be removed. Idempotent.
   *
   * @return false if part of it is left
   */
  public static boolean remove(Path directory) {
    // Each pass unlocks or shortens paths that the pass before could not enter.
    boolean again = true;
    while (again && !Files.notExists(directory, LinkOption.NOFOLLOW_LINKS)) {
      Remover remover = new Remover(directory);
      try {
        remover.findMounts();
        Files.walkFileTree(directory, remover);
      } catch (IOException e) {
        return false;
      }
      again = remover.again;
    }
    return Files.notExists(directory, LinkOption.NOFOLLOW_LINKS);
  }

  private static final class Remover extends SimpleFileVisitor<Path> {
    private final Path top;
    private Set<Path> mounts = Set.of();
    private boolean again;
    private int shortened;

    Remover(Path top) {
      this.top = top;
    }

    /** Finds what is mounted in the directory, by the paths of this walk. */
    void findMounts() throws IOException {
      Path absolute = top.toAbsolutePath().normalize();
      Path real =
          Objects.requireNonNull(absolute.getParent()).toRealPath().resolve(absolute.getFileName());
      Set<Path> found = new HashSet<>();
      for (String point : MountInfo.mountPoints(MountInfo.read(MOUNTS))) {
        // Others may have names that this locale cannot express.
        if (point.startsWith(real.toString())) {
          found.add(top.resolve(real.relativize(Path.of(point))).normalize());
        }
      }
      mounts = found;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
        throws IOException {
      if (mounts.contains(directory)) {
        return FileVisitResult.SKIP_SUBTREE;
      }
      // Moving a directory changes its ".." entry, which requires write permission on it.
      open(directory);
      if (isTooDeep(directory)) {
        again |= bringUp(directory);
        findMounts(); // What was mounted in there has another path now.
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

    /** Called for a directory that could not be listed. */
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

    /** Whether this changed anything. If not, another pass would get no further. */
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

    /**
     * Deletes a file or directory if possible. If not, its parents stay too, but the rest is
     * deleted.
     */
    private static void delete(Path path) {
      try {
        Files.deleteIfExists(path);
      } catch (IOException e) {
        // The caller sees that part of the tree is left.
      }
    }
  }
}
