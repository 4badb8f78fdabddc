package dev.agentgate.output;

import dev.agentgate.workorder.RunId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The directories of all runs. */
public final class RunDirectories {
  private final Path root;

  /**
   * @param root {@code runs/} in the data directory; made if missing
   */
  public RunDirectories(Path root) {
    try {
      Files.createDirectories(root);
      // The kernel names files by their real path, and is asked for the one that writes to a log.
      this.root = root.toRealPath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The directory of a run, whether it exists or not. */
  public RunDirectory of(RunId run) {
    return new RunDirectory(root.resolve(run.value()));
  }

  /** The directory of all runs, as an absolute path without links. */
  public Path root() {
    return root;
  }

  /** The run whose log a file is, which may be {@code (deleted)} by now; empty if it is none. */
  public Optional<RunId> runOfLog(String file) {
    Path parent = Path.of(file).getParent();
    return parent != null && root.equals(parent.getParent())
        ? RunId.parse(String.valueOf(parent.getFileName()))
        : Optional.empty();
  }

  /** Makes the directory of a run, for the service's own eyes, unless it is there. */
  public RunDirectory create(RunId run) {
    RunDirectory directory = of(run);
    try {
      Files.createDirectory(
          directory.path(),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (FileAlreadyExistsException e) {
      // Its prompt is in it.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return directory;
  }

  /** Every run that has a directory. */
  public List<RunId> list() {
    try (Stream<Path> entries = Files.list(root)) {
      return entries
          .map(entry -> RunId.parse(String.valueOf(entry.getFileName())))
          .flatMap(Optional::stream)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Removes a run's directory and all in it; follows no link out of it. Idempotent.
   *
   * @return false if something is left
   */
  public boolean remove(RunId run) {
    try {
      Files.walkFileTree(of(run).path(), new Remover());
      return true;
    } catch (NoSuchFileException e) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static final class Remover extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.deleteIfExists(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
        throws IOException {
      if (failure != null) {
        throw failure;
      }
      Files.deleteIfExists(directory);
      return FileVisitResult.CONTINUE;
    }
  }
}
