package dev.agentgate.output;

import dev.agentgate.execution.KeptFile;
import dev.agentgate.execution.RunOutputs;
import dev.agentgate.execution.log.RunLog;
import dev.agentgate.workorder.RunId;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/** What is kept of runs, as files in their directories. */
public final class RunFiles implements RunOutputs {
  /** The start of the file names of a run's record, including the temporary file. */
  private static final String RECORD = "run.json";

  private final RunDirectories directories;
  private final LongSupplier droppedBytes;
  private final Function<RunId, RunLogFile> logs;

  /**
   * @param droppedBytes supplies the number of bytes dropped from all logs
   * @param logs supplies the log of a run
   */
  public RunFiles(
      RunDirectories directories, LongSupplier droppedBytes, Function<RunId, RunLogFile> logs) {
    this.directories = directories;
    this.droppedBytes = droppedBytes;
    this.logs = logs;
  }

  @Override
  public RunLog log(RunId run) {
    return logs.apply(run);
  }

  @Override
  public Optional<KeptFile> changes(RunId run) {
    return LocalFile.find(directories.of(run).changesFile());
  }

  @Override
  public Optional<KeptFile> patch(RunId run) {
    return LocalFile.find(directories.of(run).patchFile());
  }

  @Override
  public Set<RunId> list() {
    return Set.copyOf(directories.list());
  }

  @Override
  public boolean exists(RunId run) {
    return !Files.notExists(directories.of(run).path());
  }

  @Override
  public boolean isUnbegun(RunId run) {
    try (Stream<Path> files = Files.list(directories.of(run).path())) {
      return files
          .map(file -> String.valueOf(file.getFileName()))
          .allMatch(name -> name.startsWith(RECORD) || name.startsWith(RunDirectory.BOOT));
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public boolean isOlder(RunId run, Instant than) {
    try {
      return Files.getLastModifiedTime(directories.of(run).path()).toInstant().isBefore(than);
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public boolean remove(RunId run) {
    return directories.remove(run);
  }

  @Override
  public long droppedBytes() {
    return droppedBytes.getAsLong();
  }

  private record LocalFile(Path path, long length) implements KeptFile {
    static Optional<KeptFile> find(Path path) {
      try {
        return Files.isRegularFile(path)
            ? Optional.of(new LocalFile(path, Files.size(path)))
            : Optional.empty();
      } catch (IOException e) {
        // It has been removed meanwhile.
        return Optional.empty();
      }
    }

    @Override
    public SeekableByteChannel open() throws IOException {
      return Files.newByteChannel(path, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
    }
  }
}
