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
 * One shallow bare mirror per repository, so that a second order for a repository fetches only what
 * is new. A workspace is a copy, without links back to its mirror: an agent can neither harm the
 * next order nor lose objects when the mirror goes.
 *
 * <p>A mirror is worth nothing but time. Whenever git cannot use it (it was torn by a crash or a
 * power loss, a new branch is in the way of an old one) it is made anew, once per order.
 */
final class MirrorCache {
  private static final Logger LOG = Logger.getLogger(MirrorCache.class);
  private static final Pattern TIP = Pattern.compile("([0-9a-f]{40}|[0-9a-f]{64})\t(\\S+)");
  private static final Pattern HEAD = Pattern.compile("ref: refs/heads/(\\S+)\tHEAD");
  private static final String BRANCHES = "refs/heads/";
  private static final int SHA256_LENGTH = 64;

  private final Path root;
  private final GitCommand git;
  private final Clock clock;
  private final Map<String, Mirror> mirrors = new ConcurrentHashMap<>();

  /**
   * @param root holds nothing but mirrors
   */
  MirrorCache(Path root, GitCommand git, Clock clock) {
    this.root = root;
    this.git = git;
    this.clock = clock;
  }

  /**
   * A repository and how to reach it.
   *
   * @param branch empty: the remote's default branch
   */
  record Remote(String url, Access access, Optional<String> branch) {}

  /** Checks the tip of the remote's branch out into an empty directory. */
  void checkOut(RunId run, Remote remote, Path workspace, Deadline deadline)
      throws WorkspaceFailedException, InterruptedException, IOException {
    Mirror mirror = mirror(name(remote.url()));
    Tip tip = tip(run, remote, deadline);
    int generation = mirror.refresh(run, remote, tip, OptionalInt.empty(), deadline);
    try {
      copy(run, mirror, tip, workspace, deadline);
    } catch (GitFailedException e) {
      LOG.warnf("Making the mirror of %s anew: %s", remote.url(), e.getMessage());
      DirectoryTree.remove(workspace);
      DirectoryTree.create(workspace);
      mirror.refresh(run, remote, tip, OptionalInt.of(generation), deadline);
      copy(run, mirror, tip, workspace, deadline);
    }
    git.run(
        run,
        Access.LOCAL,
        deadline,
        "-C",
        workspace.toString(),
        "remote",
        "set-url",
        "origin",
        "--",
        remote.url());
  }

  /**
   * Removes mirrors that no order used for a time.
   *
   * @return how many
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

  /** A branch of a remote, and the commit it is at; empty if there is no such branch. */
  private record Tip(String branch, Optional<String> commit) {}

  private Tip tip(RunId run, Remote remote, Deadline deadline)
      throws WorkspaceFailedException, InterruptedException {
    String asked = remote.branch().map(branch -> BRANCHES + branch).orElse("HEAD");
    String answer =
        git.run(run, remote.access(), deadline, "ls-remote", "--symref", "--", remote.url(), asked);
    String branch =
        remote
            .branch()
            .or(() -> match(HEAD, answer, head -> true).map(head -> head.group(1)))
            .filter(BranchName::isValid)
            .orElseThrow(() ->
                new WorkspaceFailedException(
                    "The remote has no default branch: it is empty or its HEAD is detached."
                        + " Name a branch."));
    return new Tip(
        branch, match(TIP, answer, tip -> tip.group(2).equals(asked)).map(tip -> tip.group(1)));
  }

  private static Optional<Matcher> match(
      Pattern pattern, String answer, Predicate<Matcher> wanted) {
    return answer.lines().map(pattern::matcher).filter(Matcher::matches).filter(wanted).findFirst();
  }

  private void copy(RunId run, Mirror mirror, Tip tip, Path workspace, Deadline deadline)
      throws WorkspaceFailedException, InterruptedException {
    // Through git's protocol, not by hard links: what is broken in the mirror is found here, and
    // an agent that writes into its objects does not write into the mirror's.
    git.run(
        run,
        Access.LOCAL,
        deadline,
        "clone",
        "--quiet",
        "--template=",
        "--depth=1",
        "--single-branch",
        "--branch=" + tip.branch(),
        "--",
        "file://" + mirror.directory,
        workspace.toString());
  }

  /** A name for people, made unique by a hash of the whole URL. */
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

    /** Guards every write to the directory; reading it needs no lock. */
    private final ReentrantLock writing = new ReentrantLock();

    /** How often it was made anew: two orders that met the same damage repair it once. */
    private int generation;

    Mirror(Path directory) {
      this.directory = directory;
    }

    /**
     * Brings the branch up to date.
     *
     * @param broken the generation that turned out unusable, if any
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
        if (Files.exists(directory)) {
          removeLeftovers();
        } else {
          create(run, tip, deadline);
        }
        if (tip.commit().isEmpty() || !tip.commit().equals(commit(run, tip, deadline))) {
          try {
            fetch(run, remote, tip, deadline);
          } catch (GitFailedException e) {
            if (tip.commit().isEmpty()) {
              throw e;
            }
            // The remote answered a moment ago and has the branch.
            LOG.warnf("Making the mirror of %s anew: %s", remote.url(), e.getMessage());
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
      boolean sha256 = tip.commit().filter(id -> id.length() == SHA256_LENGTH).isPresent();
      git.run(
          run,
          Access.LOCAL,
          deadline,
          "init",
          "--quiet",
          "--bare",
          "--template=",
          "--object-format=" + (sha256 ? "sha256" : "sha1"),
          "--",
          directory.toString());
    }

    private void discard() {
      generation++;
      if (!DirectoryTree.remove(directory)) {
        LOG.errorf("The mirror %s cannot be removed", directory);
      }
    }

    /** The commit the branch is at here; empty also if that cannot be told. */
    private Optional<String> commit(RunId run, Tip tip, Deadline deadline)
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
                BRANCHES + tip.branch());
        return Optional.of(id.strip());
      } catch (GitFailedException e) {
        return Optional.empty();
      }
    }

    private void fetch(RunId run, Remote remote, Tip tip, Deadline deadline)
        throws WorkspaceFailedException, InterruptedException {
      String ref = BRANCHES + tip.branch();
      git.run(
          run,
          remote.access(),
          deadline,
          "--git-dir=" + directory,
          "fetch",
          "--quiet",
          "--depth=1",
          "--no-tags",
          "--no-write-fetch-head",
          "--",
          remote.url(),
          "+" + ref + ":" + ref);
    }

    /** What a git that was killed left: locks that nobody holds, and packs half written. */
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
      return name.endsWith(".lock") // which no branch can be called
          || file.equals(directory.resolve("gc.pid"))
          || (name.startsWith("tmp_") && file.startsWith(directory.resolve("objects")));
    }
  }
}
