package dev.agentgate.workspace;

import dev.agentgate.git.ComparisonRepository;
import dev.agentgate.git.GitException;
import dev.agentgate.git.NulSeparated;
import dev.agentgate.git.RawName;
import dev.agentgate.workspace.ChangedFile.Status;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
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

/**
 * Updates an index from the base to the state of the work tree, like {@code git add --all}. That
 * command is not used, because it runs {@code git status} in each nested repository under that
 * repository's configuration.
 */
final class WorkTreeScan {
  private static final String LINK_MODE = "160000";
  private static final int MAX_LINKS = 10_000;
  private static final int MAX_NESTED = 20;

  private final ComparisonRepository repository;
  private final AgentIndex agent;
  private final ChangeListing uncounted;
  private final LargeFilePointers pointers;
  private final RepositoryHead heads;
  private final long maxBytes;

  /** Nested repositories. Their files do not belong to the workspace. */
  private final Set<String> links = new HashSet<>();

  private long bytes;
  private long unreadable;

  /**
   * @param repository a repository whose index is the base's
   * @param pointers the pointers of the base
   * @param uncounted receives all files that may have changed
   * @param maxBytes the largest amount to read
   */
  WorkTreeScan(
      ComparisonRepository repository,
      AgentIndex agent,
      LargeFilePointers pointers,
      ChangeListing uncounted,
      long maxBytes) {
    this.repository = repository;
    this.agent = agent;
    this.pointers = pointers;
    this.uncounted = uncounted;
    this.heads = new RepositoryHead(repository.top());
    this.maxBytes = maxBytes;
  }

  /**
   * Compares the work tree with the index and updates the index.
   *
   * @return false if there is too much to read; the index is then useless
   */
  boolean run() throws IOException, GitException, InterruptedException {
    try (IndexEdits edits = new IndexEdits(repository)) {
      links(edits);
      forEach(agent.removed(), edits::remove);
      edits.apply();
    }
    try (IndexEdits gone = new IndexEdits(repository);
        IndexEdits present = new IndexEdits(repository)) {
      tracked(gone, present);
      gone.apply();
      untracked(present);
      forEach(agent.added(), name -> addTracked(present, name));
      if (bytes > maxBytes) {
        return false;
      }
      present.apply();
    }
    return true;
  }

  /** Returns the number of files that could not be read. */
  long unreadable() {
    return unreadable;
  }

  private enum Kind {
    FILE,
    DIRECTORY,
    UNREADABLE,
    NOTHING
  }

  @FunctionalInterface
  private interface NameAction {
    void accept(byte[] name) throws IOException;
  }

  private static void forEach(Path list, NameAction action) throws IOException {
    try (InputStream names = new BufferedInputStream(Files.newInputStream(list))) {
      NulSeparated fields = new NulSeparated(names);
      for (Optional<byte[]> name = fields.next(); name.isPresent(); name = fields.next()) {
        action.accept(name.get());
      }
    }
  }

  private record Link(String key, String commit) {
    byte[] name() {
      return RawName.ofKey(key);
    }
  }

  /** Checks the submodules of the base. */
  private void links(IndexEdits edits) throws IOException, GitException, InterruptedException {
    List<Link> found = new ArrayList<>();
    repository.stream(
        ComparisonRepository.NOTHING, output -> readLinks(output, found), "ls-files", "-s", "-z");
    for (Link link : found) {
      Path directory = path(link.name());
      if (!hasRealParents(directory) || kind(directory) != Kind.DIRECTORY || isFilled(directory)) {
        edits.remove(link.name());
        uncounted.add(link.name(), Optional.empty(), Status.DELETED);
        continue;
      }
      links.add(link.key());
      Optional<String> commit = head(directory).filter(it -> !it.equals(link.commit()));
      if (commit.isPresent()) {
        edits.addLink(link.name(), commit.get());
        uncounted.add(link.name(), Optional.empty(), Status.MODIFIED);
      }
    }
  }

  private static void readLinks(InputStream output, List<Link> found) throws IOException {
    NulSeparated fields = new NulSeparated(output);
    for (Optional<byte[]> field = fields.next(); field.isPresent(); field = fields.next()) {
      String entry = RawName.key(field.get());
      if (entry.startsWith(LINK_MODE + " ")) {
        if (found.size() == MAX_LINKS) {
          throw new IOException("There are more than " + MAX_LINKS + " submodules");
        }
        int tab = entry.indexOf('\t');
        found.add(new Link(entry.substring(tab + 1), entry.split(" ", 3)[1]));
      }
    }
  }

  /** Whether the directory of a submodule contains files but no repository. */
  private static boolean isFilled(Path directory) {
    if (Files.exists(directory.resolve(".git"), LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      return entries.iterator().hasNext();
    } catch (IOException e) {
      return false;
    }
  }

  private Optional<String> head(Path directory) {
    return heads.commit(directory).filter(id -> id.length() == repository.idLength());
  }

  private void tracked(IndexEdits gone, IndexEdits present)
      throws GitException, InterruptedException {
    Set<String> hidden = agent.hidden();
    repository.stream(
        ComparisonRepository.NOTHING,
        output -> {
          NulSeparated fields = new NulSeparated(output);
          for (Optional<byte[]> field = fields.next(); field.isPresent(); field = fields.next()) {
            String record = new String(field.get(), StandardCharsets.US_ASCII);
            byte[] name = fields.require();
            if (!record.startsWith(":" + LINK_MODE) && !hidden.contains(RawName.key(name))) {
              tracked(record.endsWith(" D") ? Kind.NOTHING : kind(path(name)), name, gone, present);
            }
          }
        },
        "diff-files",
        "--raw",
        "-z",
        "--no-renames",
        "--ignore-submodules=all");
  }

  private void tracked(Kind kind, byte[] name, IndexEdits gone, IndexEdits present)
      throws IOException {
    switch (kind) {
      case FILE -> {
        if (!pointers.isUnchanged(name, path(name))) {
          add(present, name, Status.MODIFIED);
        }
      }
      case UNREADABLE -> unreadable++;
      case DIRECTORY, NOTHING -> {
        gone.remove(name);
        uncounted.add(name, Optional.empty(), Status.DELETED);
      }
    }
  }

  private void untracked(IndexEdits edits) throws IOException, GitException, InterruptedException {
    ComparisonRepository inner = repository.inner("nested", repository.top(), List.of());
    List<String> nested = untracked(edits, repository, "");
    for (int depth = 0; !nested.isEmpty(); depth++) {
      List<String> deeper = new ArrayList<>();
      for (String name : nested) {
        byte[] bare = RawName.ofKey(name.substring(0, name.length() - 1));
        Optional<String> commit = head(path(bare));
        if (commit.isPresent()) {
          links.add(RawName.key(bare));
          edits.addLink(bare, commit.get());
          uncounted.add(bare, Optional.empty(), Status.ADDED);
        } else if (depth < MAX_NESTED) {
          // A repository without a commit cannot be linked to, so its files are added instead.
          deeper.addAll(untracked(edits, inner.at(path(bare)), name));
        }
      }
      nested = deeper;
    }
  }

  /**
   * Adds the files that are not in an index.
   *
   * @param prefix the path of the work tree, ending with a slash
   * @return the nested repositories, as paths ending with a slash
   */
  private List<String> untracked(IndexEdits edits, ComparisonRepository from, String prefix)
      throws GitException, InterruptedException {
    List<String> nested = new ArrayList<>();
    from.stream(
        ComparisonRepository.NOTHING,
        output -> {
          NulSeparated fields = new NulSeparated(output);
          for (Optional<byte[]> field = fields.next(); field.isPresent(); field = fields.next()) {
            String name = prefix + RawName.key(field.get());
            if (!name.endsWith("/")) {
              addFile(edits, RawName.ofKey(name));
            } else if (nested.size() < MAX_LINKS) {
              nested.add(name);
            }
          }
        },
        "ls-files",
        "--others",
        "-z",
        "--exclude-standard");
    return nested;
  }

  /** Adds what the agent's git tracks, whether ignored or not, if it exists. */
  private void addTracked(IndexEdits edits, byte[] name) throws IOException {
    Path file = path(name);
    String key = RawName.key(name);
    for (int slash = key.indexOf('/'); slash >= 0; slash = key.indexOf('/', slash + 1)) {
      if (links.contains(key.substring(0, slash))) {
        return;
      }
    }
    if (!hasRealParents(file)) {
      return;
    }
    if (kind(file) == Kind.DIRECTORY) {
      Optional<String> commit = head(file);
      if (commit.isPresent() && links.add(key)) {
        edits.addLink(name, commit.get());
        uncounted.add(name, Optional.empty(), Status.ADDED);
      }
      return;
    }
    addFile(edits, name);
  }

  private void addFile(IndexEdits edits, byte[] name) throws IOException {
    switch (kind(path(name))) {
      case FILE -> add(edits, name, Status.ADDED);
      case UNREADABLE -> unreadable++;
      case DIRECTORY, NOTHING -> {
        // The file is gone, or is of a kind that git ignores.
      }
    }
  }

  private void add(IndexEdits edits, byte[] name, Status status) throws IOException {
    Path file = path(name);
    bytes += Files.isSymbolicLink(file) ? 0 : Files.size(file);
    edits.addFile(name);
    uncounted.add(name, Optional.empty(), status);
  }

  private Path path(byte[] name) {
    return RawName.under(repository.top(), name);
  }

  private boolean hasRealParents(Path file) {
    for (Path at = file.getParent();
        at != null && !at.equals(repository.top());
        at = at.getParent()) {
      if (!Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) {
        return false;
      }
    }
    return true;
  }

  private static Kind kind(Path path) {
    if (Files.isSymbolicLink(path)) {
      return Kind.FILE;
    }
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      return Kind.DIRECTORY;
    }
    if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      return Kind.NOTHING;
    }
    return Files.isReadable(path) ? Kind.FILE : Kind.UNREADABLE;
  }
}
