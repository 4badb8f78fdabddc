package dev.agentgate.workspace;

import dev.agentgate.workorder.RunId;
import dev.agentgate.workspace.GitCommand.Access;
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
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
final class MirrorCache {
  private static final Logger LOG = Logger.getLogger(MirrorCache.class);
  private static final Pattern TIP = Pattern.compile("([0-9a-f]{40}|[0-9a-f]{64})\t(\\S+)");
  private static final Pattern HEAD = Pattern.compile("ref: refs/heads/(\\S+)\tHEAD");

  /** The branches and tags of servers that do not serve commits by id. */
  private static final String HISTORY = "refs/agentgate/history/";

  private static final List<String> SHALLOW = List.of("--depth=1");

  /**
   * Also works if the mirror is not shallow, where {@code --unshallow} would fail. Prunes, because
   * a deleted ref may conflict with a new one.
   */
  private static final List<String> WHOLE_HISTORY = List.of("--depth=2147483647", "--prune");

  private final Path root;
  private final GitCommand git;
  private final Clock clock;
  private final Map<String, Mirror> mirrors = new ConcurrentHashMap<>();

  /**
   * @param root a directory that contains only mirrors
   */
  MirrorCache(Path root, GitCommand git, Clock clock) {
    this.root = root;
    this.git = git;
    this.clock = clock;
  }

  /**
   * A repository and how to reach it.
   *
   * @param revision the revision to check out
   */
  record Remote(String url, Access access, Revision revision) {}

  /**
   * Checks out a revision of a remote into an empty directory: a branch like {@code git clone
   * --single-branch}, anything else detached.
   *
   * @return the mirror that it came from
   */
  Path checkOut(RunId run, Remote remote, Path workspace, Deadline deadline)
      throws WorkspaceFailedException, InterruptedException, IOException {
    Mirror mirror = mirror(name(remote.url()));
    Tip tip = tip(run, remote, deadline);
    int generation = mirror.refresh(run, remote, tip, OptionalInt.empty(), deadline);
    try {
      copy(run, mirror, tip, workspace, deadline);
    } catch (GitFailedException e) {
      LOG.warnf("Rebuilding the mirror of %s: %s", remote.url(), e.getMessage());
      DirectoryTree.remove(workspace);
      DirectoryTree.create(workspace);
      mirror.refresh(run, remote, tip, OptionalInt.of(generation), deadline);
      copy(run, mirror, tip, workspace, deadline);
    }
    tip.settle(local(run, workspace, deadline), remote.url());
    return mirror.directory;
  }

  /**
   * Removes mirrors that no order has used for some time.
   *
   * @return the number of removed mirrors
   */
  int removeUnused(Duration age) {
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
    return mirrors.computeIfAbsent(name, key -> new Mirror(root.resolve(key)));
  }

  private Tip tip(RunId run, Remote remote, Deadline deadline)
      throws WorkspaceFailedException, InterruptedException {
    Revision revision = remote.revision();
    List<String> asked =
        switch (revision) {
          case Revision.DefaultBranch _, Revision.Commit _ -> List.of();
          case Revision.Branch branch -> List.of(RefNames.BRANCHES + branch.name());
          case Revision.Tag tag -> List.of(RefNames.TAGS + tag.name());
          case Revision.BranchOrTag it ->
              List.of(RefNames.BRANCHES + it.name(), RefNames.TAGS + it.name());
        };
    Advertised refs = list(run, remote, deadline, asked);
    if (refs.of("HEAD").isEmpty() && asked.stream().allMatch(ref -> refs.of(ref).isEmpty())) {
      requireAnyCommit(run, remote, deadline);
    }
    Optional<String> standard = refs.defaultBranch();
    return switch (revision) {
      case Revision.DefaultBranch _ -> {
        String name =
            standard.orElseThrow(() ->
                new WorkspaceFailedException(
                    "The remote has no default branch: its HEAD is detached, or names a branch"
                        + " that is not there. Name a branch."));
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

  private static Tip tag(String name, Advertised refs) throws WorkspaceFailedException {
    return Tip.tag(
        name,
        refs.of(RefNames.TAGS + name)
            .orElseThrow(() ->
                new WorkspaceFailedException(
                    "The remote has no branch or tag "
                        + name
                        + ". A commit has to be named by its full id.")));
  }

  private Advertised list(RunId run, Remote remote, Deadline deadline, List<String> refs)
      throws WorkspaceFailedException, InterruptedException {
    List<String> arguments =
        new ArrayList<>(List.of("ls-remote", "--symref", "--", remote.url(), "HEAD"));
    arguments.addAll(refs);
    return new Advertised(
        git.run(run, remote.access(), deadline, arguments.toArray(String[]::new)));
  }

  /** Throws if the remote has no commit. Called only if the order's revision is missing. */
  private void requireAnyCommit(RunId run, Remote remote, Deadline deadline)
      throws WorkspaceFailedException, InterruptedException {
    if (git.run(run, remote.access(), deadline, "ls-remote", "--", remote.url()).isBlank()) {
      throw new WorkspaceFailedException(
          "The repository has no commit yet, so there is nothing to check out. Push one first.");
    }
  }

  /** The refs that a remote lists. */
  private record Advertised(String text) {
    /** Returns the object that a ref points to. For an annotated tag, that is not its commit. */
    Optional<String> of(String ref) {
      return match(TIP, text, tip -> tip.group(2).equals(ref)).map(tip -> tip.group(1));
    }

    Optional<String> defaultBranch() {
      return match(HEAD, text, head -> true)
          .map(head -> head.group(1))
          .filter(BranchName::isValid)
          .filter(_ -> of("HEAD").isPresent());
    }
  }

  private static Optional<Matcher> match(
      Pattern pattern, String answer, Predicate<Matcher> wanted) {
    return answer.lines().map(pattern::matcher).filter(Matcher::matches).filter(wanted).findFirst();
  }

  private void copy(RunId run, Mirror mirror, Tip tip, Path workspace, Deadline deadline)
      throws WorkspaceFailedException, InterruptedException {
    tip.copy(local(run, workspace, deadline), GitUrl.ofFile(mirror.directory));
  }

  private LocalGit local(RunId run, Path directory, Deadline deadline) {
    return new LocalGit(git, run, directory, deadline);
  }

  /** Returns a readable name, made unique by a hash of the whole URL. */
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

  private final class Mirror {
    private final Path directory;

    /** Guards every write to the directory. Reading needs no lock. */
    private final ReentrantLock writing = new ReentrantLock();

    /** Counts rebuilds, so that two orders that find the same damage repair it only once. */
    private int generation;

    Mirror(Path directory) {
      this.directory = directory;
    }

    /**
     * Brings the revision up to date.
     *
     * @param broken the generation that was found to be unusable, if any
     * @return the generation that is usable now
     */
    int refresh(RunId run, Remote remote, Tip tip, OptionalInt broken, Deadline deadline)
        throws WorkspaceFailedException, InterruptedException, IOException {
      if (!writing.tryLock(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
        throw deadline.exceeded("Waiting for another fetch of this repository");
      }
      try {
        if (broken.isPresent() && broken.getAsInt() == generation) {
          discard();
        }
        boolean wasThere = Files.exists(directory);
        if (wasThere) {
          removeLeftovers();
        } else {
          create(run, tip, deadline);
        }
        if (tip.id().isEmpty() || !tip.id().equals(idHere(run, tip, deadline))) {
          try {
            fetch(run, remote, tip, deadline);
          } catch (CommitMissingException e) {
            // The mirror is intact.
            throw e;
          } catch (GitFailedException e) {
            if (!wasThere || tip.id().isEmpty()) {
              throw e;
            }
            // The remote answered a moment ago and did not report the branch or tag missing.
            LOG.warnf("Rebuilding the mirror of %s: %s", remote.url(), e.getMessage());
            discard();
            create(run, tip, deadline);
            fetch(run, remote, tip, deadline);
          }
        }
        Files.setLastModifiedTime(directory, FileTime.from(clock.instant()));
        return generation;
      } finally {
        writing.unlock();
      }
    }

    boolean removeIfUnusedSince(FileTime limit) {
      if (!writing.tryLock()) {
        return false;
      }
      try {
        if (Files.getLastModifiedTime(directory).compareTo(limit) >= 0) {
          return false;
        }
        generation++;
        return DirectoryTree.remove(directory);
      } catch (IOException e) {
        return false;
      } finally {
        writing.unlock();
      }
    }

    private void create(RunId run, Tip tip, Deadline deadline)
        throws WorkspaceFailedException, InterruptedException, IOException {
      DirectoryTree.create(directory);
      git.run(
          run,
          Access.LOCAL,
          deadline,
          "init",
          "--quiet",
          "--bare",
          "--template=",
          "--object-format=" + tip.objectFormat(),
          "--",
          directory.toString());
    }

    private void discard() {
      generation++;
      if (!DirectoryTree.remove(directory)) {
        LOG.errorf("The mirror %s cannot be removed", directory);
      }
    }

    /**
     * Returns the object that the mirror's ref points to; empty also if it cannot be determined.
     */
    private Optional<String> idHere(RunId run, Tip tip, Deadline deadline)
        throws WorkspaceFailedException, InterruptedException {
      try {
        String id =
            git.run(
                run,
                Access.LOCAL,
                deadline,
                "--git-dir=" + directory,
                "rev-parse",
                "--verify",
                "--quiet",
                "--end-of-options",
                tip.ref());
        return Optional.of(id.strip());
      } catch (GitFailedException e) {
        return Optional.empty();
      }
    }

    private void fetch(RunId run, Remote remote, Tip tip, Deadline deadline)
        throws WorkspaceFailedException, InterruptedException {
      if (tip.kind() != Tip.Kind.COMMIT) {
        fetch(run, remote, deadline, SHALLOW, List.of(tip.ref() + ":" + tip.ref()));
        return;
      }
      String commit = tip.id().orElseThrow();
      try {
        fetch(run, remote, deadline, SHALLOW, List.of(commit + ":" + tip.ref()));
      } catch (GitFailedException e) {
        LOG.infof(
            "%s does not serve commits by their id; fetching its branches and tags: %s",
            remote.url(), e.getMessage());
        fetchFromHistory(run, remote, tip, commit, deadline);
      }
    }

    /**
     * Fetches all history, because some servers serve only what their refs point to and its
     * history.
     */
    private void fetchFromHistory(
        RunId run, Remote remote, Tip tip, String commit, Deadline deadline)
        throws WorkspaceFailedException, InterruptedException {
      fetch(
          run,
          remote,
          deadline,
          WHOLE_HISTORY,
          List.of("refs/heads/*:" + HISTORY + "heads/*", "refs/tags/*:" + HISTORY + "tags/*"));
      LocalGit here = local(run, directory, deadline);
      try {
        here.run("update-ref", tip.ref(), commit);
      } catch (GitFailedException e) {
        throw new CommitMissingException(
            "The remote has no commit " + commit + " on any branch or tag", e.code());
      }
    }

    private void fetch(
        RunId run, Remote remote, Deadline deadline, List<String> how, List<String> refs)
        throws WorkspaceFailedException, InterruptedException {
      List<String> arguments =
          new ArrayList<>(
              List.of(
                  "--git-dir=" + directory,
                  "fetch",
                  "--quiet",
                  "--no-tags",
                  "--no-write-fetch-head"));
      arguments.addAll(how);
      arguments.addAll(List.of("--", remote.url()));
      refs.forEach(ref -> arguments.add("+" + ref));
      git.run(run, remote.access(), deadline, arguments.toArray(String[]::new));
    }

    /** Removes what a killed git left behind: abandoned locks and incomplete packs. */
    private void removeLeftovers() throws IOException {
      List<Path> leftovers;
      try (Stream<Path> files = Files.walk(directory)) {
        leftovers = files.filter(this::isLeftover).toList();
      } catch (UncheckedIOException e) {
        throw e.getCause();
      }
      for (Path leftover : leftovers) {
        Files.deleteIfExists(leftover);
      }
    }

    private boolean isLeftover(Path file) {
      String name = String.valueOf(file.getFileName());
      return name.endsWith(".lock") // No branch can have such a name.
          || file.equals(directory.resolve("gc.pid"))
          || (name.startsWith("tmp_") && file.startsWith(directory.resolve("objects")));
    }
  }
}
