package dev.agentgate.output;

import dev.agentgate.linux.DirectoryTree;
import dev.agentgate.linux.KernelFacts;
import dev.agentgate.workorder.RunId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The directories of all runs. */
public final class RunDirectories {
  private final Path root;
  private final String bootId = KernelFacts.readBootId();

  /**
   * @param root {@code runs/} in the data directory; created if missing
   */
  public RunDirectories(Path root) {
    try {
      Files.createDirectories(root);
      // The kernel reports open files by their real path, which is how a log's writers are found.
      this.root = root.toRealPath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the directory of a run, whether or not it exists. */
  public RunDirectory of(RunId run) {
    return new RunDirectory(root.resolve(run.value()));
  }

  /** Returns the directory of all runs: an absolute path without links. */
  public Path root() {
    return root;
  }

  /**
   * Returns the run that a log file belongs to; empty if the file is not a run's log. The file may
   * be {@code (deleted)} by now.
   */
  public Optional<RunId> runOfLog(String file) {
    Path parent = Path.of(file).getParent();
    return parent != null && root.equals(parent.getParent())
        ? RunId.parse(String.valueOf(parent.getFileName()))
        : Optional.empty();
  }

  /** Creates the directory of a run unless it exists. Only the service's user can read it. */
  public RunDirectory create(RunId run) {
    RunDirectory directory = of(run);
    if (Files.isDirectory(directory.path())) {
      return directory;
    }
    try {
      Files.createDirectory(
          directory.path(),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      Files.createFile(directory.bootFile(bootId));
    } catch (FileAlreadyExistsException e) {
      // Another thread was faster.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return directory;
  }

  /**
   * Whether the directory of a run is there and was made in this boot of the machine, so that all
   * that was written to it is there too. False if that cannot be told.
   */
  public boolean isOfThisBoot(RunId run) {
    return Files.exists(of(run).bootFile(bootId));
  }

  /** Returns every run that has a directory. */
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
   * Removes a run's directory and everything in it. Follows no links. Idempotent.
   *
   * @return false if part of it is left
   */
  public boolean remove(RunId run) {
    return DirectoryTree.remove(of(run).path());
  }
}
