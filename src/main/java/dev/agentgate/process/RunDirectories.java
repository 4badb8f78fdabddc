package dev.agentgate.process;

import dev.agentgate.workorder.RunId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
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
    this.root = root;
    try {
      Files.createDirectories(root);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The directory of a run, whether it exists or not. */
  public RunDirectory of(RunId run) {
    return new RunDirectory(root.resolve(run.value()));
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
