package dev.agentgate.store.file;

import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.workorder.Publication;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The runs whose publication is pending: an empty file for each, so that a start need not read the
 * records of all runs. A file exists for as long as the record says so, and may exist longer.
 */
final class UnpublishedRuns {
  private final Path directory;
  private final Set<RunId> runs = ConcurrentHashMap.newKeySet();

  /**
   * @param directory contains only these files; need not exist
   */
  UnpublishedRuns(Path directory) {
    this.directory = directory;
    try (Stream<Path> files = Files.list(directory)) {
      files
          .map(file -> RunId.parse(String.valueOf(file.getFileName())))
          .flatMap(Optional::stream)
          .forEach(runs::add);
    } catch (NoSuchFileException e) {
      // Nothing was ever published.
    } catch (IOException e) {
      throw new StoreUnavailableException("The pending publications cannot be read.", e);
    }
  }

  List<RunId> all() {
    return runs.stream().sorted().toList();
  }

  /** Call it before the record of the run is written. */
  void beforeWriting(Run run) throws IOException {
    if (isPending(run) && !runs.contains(run.id())) {
      Files.createDirectories(directory);
      Files.write(file(run.id()), new byte[0]);
      runs.add(run.id());
    }
  }

  /** Call it after the record of the run was written. */
  void afterWriting(Run run) throws IOException {
    if (!isPending(run)) {
      remove(run.id());
    }
  }

  void remove(RunId run) throws IOException {
    if (runs.contains(run)) {
      Files.deleteIfExists(file(run));
      runs.remove(run);
    }
  }

  private static boolean isPending(Run run) {
    return run.results().hasPublication(Publication.Status.PENDING);
  }

  private Path file(RunId run) {
    return directory.resolve(run.value());
  }
}
