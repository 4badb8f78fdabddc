package dev.agentgate.git;

import dev.agentgate.linux.DirectoryTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Keeps one shallow bare mirror per repository, so that a second order for a repository fetches
 * only new objects. A workspace is a copy without links back to its mirror: an agent cannot harm
 * the next order, and loses no objects when the mirror is removed.
 *
 * <p>A mirror only saves time. If git cannot use it, for example because a crash or a power loss
 * damaged it or because a new branch conflicts with an old one, it is rebuilt, once per order.
 */
public final class MirrorCache {
  private static final Logger LOG = Logger.getLogger(MirrorCache.class);

  private final Path root;
  private final GitCommand git;
  private final Clock clock;
  private final Map<String, Mirror> mirrors = new ConcurrentHashMap<>();

  /**
   * @param root a directory that contains only mirrors
   */
  public MirrorCache(Path root, GitCommand git, Clock clock) {
    this.root = root;
    this.git = git;
    this.clock = clock;
  }

  /**
   * A repository and how to reach it.
   *
   * @param revision the revision to check out
   */
  public record Remote(String url, Access access, Revision revision) {}

  /**
   * Checks out a revision of a remote into an empty directory: a branch like {@code git clone
   * --single-branch}, anything else detached.
   *
   * @return the mirror that it came from
   */
  public Path checkOut(GitContext context, Remote remote, Path workspace)
      throws GitException, InterruptedException, IOException {
    Mirror mirror = mirror(name(remote.url()));
    Tip tip = tip(context, remote);
    int generation = mirror.refresh(context, remote, tip, OptionalInt.empty());
    try {
      copy(context, mirror, tip, workspace);
    } catch (GitFailedException e) {
      LOG.warnf("Rebuilding the mirror of %s: %s", remote.url(), e.getMessage());
      DirectoryTree.remove(workspace);
      DirectoryTree.create(workspace);
      mirror.refresh(context, remote, tip, OptionalInt.of(generation));
      copy(context, mirror, tip, workspace);
    }
    tip.configure(local(context, workspace), remote.url());
    return mirror.directory();
  }

  /**
   * Removes mirrors that no order has used for some time.
   *
   * @return the number of removed mirrors
   */
  public int removeUnused(Duration age) {
    FileTime limit = FileTime.from(clock.instant().minus(age));
    int removed = 0;
    for (Path directory : list()) {
      if (mirror(String.valueOf(directory.getFileName())).removeIfUnusedSince(limit)) {
        removed++;
      }
    }
    return removed;
  }

  private List<Path> list() {
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(root)) {
      return entries.toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Mirror mirror(String name) {
    return mirrors.computeIfAbsent(name, key -> new Mirror(root.resolve(key), git, clock));
  }

  private Tip tip(GitContext context, Remote remote) throws GitException, InterruptedException {
    Revision revision = remote.revision();
    List<String> asked =
        switch (revision) {
          case Revision.DefaultBranch _, Revision.Commit _ -> List.of();
          case Revision.Branch branch -> List.of(RefNames.BRANCHES + branch.name());
          case Revision.Tag tag -> List.of(RefNames.TAGS + tag.name());
          case Revision.BranchOrTag it ->
              List.of(RefNames.BRANCHES + it.name(), RefNames.TAGS + it.name());
        };
    RemoteRefs refs = RemoteRefs.list(git, context, remote, asked);
    if (refs.of("HEAD").isEmpty() && asked.stream().allMatch(ref -> refs.of(ref).isEmpty())) {
      requireAnyCommit(context, remote);
    }
    Optional<String> standard = refs.defaultBranch();
    return switch (revision) {
      case Revision.DefaultBranch _ -> {
        String name =
            standard.orElseThrow(
                () -> new GitException(refs.whyNoDefaultBranch() + " Name a branch."));
        yield Tip.branch(name, refs.of("HEAD"), standard);
      }
      case Revision.Branch branch ->
          Tip.branch(branch.name(), refs.of(RefNames.BRANCHES + branch.name()), standard);
      case Revision.Tag tag -> tag(tag.name(), refs);
      case Revision.BranchOrTag it -> {
        Optional<String> commit = refs.of(RefNames.BRANCHES + it.name());
        yield commit.isPresent() ? Tip.branch(it.name(), commit, standard) : tag(it.name(), refs);
      }
      case Revision.Commit commit -> Tip.commit(commit.id());
    };
  }

  private static Tip tag(String name, RemoteRefs refs) throws GitException {
    return Tip.tag(
        name,
        refs.of(RefNames.TAGS + name)
            .orElseThrow(() ->
                new GitException(
                    "The remote has no branch or tag "
                        + name
                        + ". A commit has to be named by its full id.")));
  }

  /** Throws if the remote has no commit. Called only if the order's revision is missing. */
  private void requireAnyCommit(GitContext context, Remote remote)
      throws GitException, InterruptedException {
    if (git.run(context, remote.access(), "ls-remote", "--", remote.url()).isBlank()) {
      throw new GitException(
          "The repository has no commit yet, so there is nothing to check out. Push one first.");
    }
  }

  private void copy(GitContext context, Mirror mirror, Tip tip, Path workspace)
      throws GitException, InterruptedException {
    tip.copy(local(context, workspace), GitUrl.ofFile(mirror.directory()));
  }

  private LocalGit local(GitContext context, Path directory) {
    return new LocalGit(git, context, directory);
  }

  /** Returns a readable name, made unique by a hash of the whole URL. */
  // It does not use workorder.Sha256, because git knows nothing of orders.
  private static String name(String url) {
    String last = url.substring(url.lastIndexOf('/') + 1).replaceAll("\\.git$", "");
    String readable = last.replaceAll("[^A-Za-z0-9_-]", "");
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(url.getBytes(StandardCharsets.UTF_8));
      return readable.substring(0, Math.min(40, readable.length()))
          + "-"
          + HexFormat.of().formatHex(hash, 0, 16)
          + ".git";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
