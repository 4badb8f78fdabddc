package dev.agentgate.workspace;

import dev.agentgate.git.ComparisonRepository;
import dev.agentgate.git.GitException;
import dev.agentgate.git.GitFailedException;
import dev.agentgate.git.NulSeparated;
import dev.agentgate.git.RawName;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * Finds the files that an agent's own git tracks, from its index or, if that cannot be read, from
 * the commit of its HEAD. This matters only for ignored files, which count as part of the agent's
 * work if the agent added them anyway, and for files that it removed from the index. Only names are
 * taken from the agent's index; a copy of it is read in a repository of the service.
 */
final class AgentIndex {
  private static final Logger LOG = Logger.getLogger(AgentIndex.class);
  private static final long MAX_INDEX = 1L << 30;
  private static final int MAX_SHARED = 4;
  private static final int MAX_HIDDEN = 1_000_000;

  private final ComparisonRepository repository;
  private final Path git;
  private final Path added;
  private final Path removed;

  private AgentIndex(ComparisonRepository repository, Path git) {
    this.repository = repository;
    this.git = git;
    this.added = repository.directory().resolve("added");
    this.removed = repository.directory().resolve("removed");
  }

  /**
   * Compares what the agent tracks with the base.
   *
   * @param objects the object directory that contains the base
   */
  static AgentIndex read(ComparisonRepository main, String baseTree, Path objects)
      throws IOException, GitException, InterruptedException {
    Path git = main.top().resolve(".git");
    List<Path> all = new ArrayList<>(List.of(objects));
    AgentObjects.find(git).ifPresent(all::add);
    AgentIndex index = new AgentIndex(main.inner("agent", main.top(), all), git);
    Optional<String> head = new RepositoryHead(main.top()).commit(main.top());
    if (index.copy() && index.compare("diff-index", "--cached", baseTree)) {
      return index;
    }
    Files.deleteIfExists(index.repository.index());
    if (head.isEmpty() || !index.compare("diff-tree", "-r", baseTree, head.get() + "^{tree}")) {
      Files.write(index.added, new byte[0]);
      Files.write(index.removed, new byte[0]);
    }
    return index;
  }

  /**
   * Returns the file with the names that the agent tracks and the base lacks, each followed by a
   * NUL.
   */
  Path added() {
    return added;
  }

  /**
   * Returns the file with the names that the base has and the agent does not track, each followed
   * by a NUL.
   */
  Path removed() {
    return removed;
  }

  /** Returns the files that a sparse checkout leaves out: they are absent but not deleted. */
  Set<String> hidden() throws GitException, InterruptedException {
    Set<String> hidden = new HashSet<>();
    if (Files.isRegularFile(git.resolve("info/sparse-checkout"), LinkOption.NOFOLLOW_LINKS)
        && Files.exists(repository.index())) {
      try {
        repository.stream(
            ComparisonRepository.NOTHING,
            output -> readHidden(output, hidden),
            "ls-files",
            "-t",
            "-z");
      } catch (GitFailedException e) {
        LOG.debug("The index of an agent cannot be read", e);
      }
    }
    return hidden;
  }

  private static void readHidden(InputStream output, Set<String> hidden) throws IOException {
    NulSeparated fields = new NulSeparated(output);
    for (Optional<byte[]> field = fields.next(); field.isPresent(); field = fields.next()) {
      String key = RawName.key(field.get());
      if (key.startsWith("S ") && hidden.size() < MAX_HIDDEN) {
        hidden.add(key.substring(2));
      }
    }
  }

  private boolean copy() throws IOException {
    Path index = git.resolve("index");
    if (!Files.isDirectory(git, LinkOption.NOFOLLOW_LINKS) || !isPlain(index)) {
      return false;
    }
    Baselines.copyIndex(index, repository.index());
    int shared = 0;
    try (DirectoryStream<Path> parts = Files.newDirectoryStream(git, "sharedindex.*")) {
      for (Path part : parts) {
        if (isPlain(part) && shared++ < MAX_SHARED) {
          Baselines.copyIndex(part, repository.directory().resolve(part.getFileName()));
        }
      }
    }
    return true;
  }

  private static boolean isPlain(Path file) throws IOException {
    return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
        && Files.isReadable(file)
        && Files.size(file) <= MAX_INDEX;
  }

  private boolean compare(String... command) throws GitException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of(command[0]));
    arguments.addAll(
        List.of("--raw", "-z", "--no-renames", "--diff-filter=AD", "--ignore-submodules=none"));
    arguments.addAll(List.of(command).subList(1, command.length));
    try {
      repository.stream(
          ComparisonRepository.NOTHING, this::split, arguments.toArray(String[]::new));
      return true;
    } catch (GitFailedException e) {
      LOG.debug("The files that an agent tracks cannot be read", e);
      return false;
    }
  }

  private void split(InputStream output) throws IOException {
    NulSeparated fields = new NulSeparated(output);
    try (OutputStream toAdded = new BufferedOutputStream(Files.newOutputStream(added));
        OutputStream toRemoved = new BufferedOutputStream(Files.newOutputStream(removed))) {
      for (Optional<byte[]> field = fields.next(); field.isPresent(); field = fields.next()) {
        boolean isAdded = new String(field.get(), StandardCharsets.US_ASCII).endsWith(" A");
        OutputStream to = isAdded ? toAdded : toRemoved;
        to.write(fields.require());
        to.write(0);
      }
    }
  }
}
