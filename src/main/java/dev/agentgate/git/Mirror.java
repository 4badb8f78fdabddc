package dev.agentgate.git;

import dev.agentgate.git.MirrorCache.Remote;
import dev.agentgate.linux.DirectoryTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/** A bare mirror of one repository, as shallow as its remote allows. */
final class Mirror {
  private static final Logger LOG = Logger.getLogger(Mirror.class);

  /** The branches and tags of servers that do not serve commits by id. */
  private static final String HISTORY = "refs/agentgate/history/";

  private static final List<String> SHALLOW = List.of("--depth=1");

  /**
   * Also works if the mirror is not shallow, where {@code --unshallow} would fail. Prunes, because
   * a deleted ref may conflict with a new one.
   */
  private static final List<String> WHOLE_HISTORY = List.of("--depth=2147483647", "--prune");

  private final Path directory;
  private final GitCommand git;
  private final Clock clock;

  /** Guards every write to the directory. Reading needs no lock. */
  private final ReentrantLock writing = new ReentrantLock();

  /** Counts rebuilds, so that two orders that find the same damage repair it only once. */
  private int generation;

  Mirror(Path directory, GitCommand git, Clock clock) {
    this.directory = directory;
    this.git = git;
    this.clock = clock;
  }

  Path directory() {
    return directory;
  }

  /**
   * Brings the revision up to date.
   *
   * @param broken the generation that was found to be unusable, if any
   * @return the generation that is usable now
   */
  int refresh(GitContext context, Remote remote, Tip tip, OptionalInt broken)
      throws GitException, InterruptedException, IOException {
    if (!writing.tryLock(context.deadline().remainingNanos(), TimeUnit.NANOSECONDS)) {
      throw context.deadline().exceeded("Waiting for another fetch of this repository");
    }
    try {
      if (broken.isPresent() && broken.getAsInt() == generation) {
        discard();
      }
      boolean wasThere = Files.exists(directory);
      if (wasThere) {
        removeLeftovers();
      } else {
        create(context, tip);
      }
      if (tip.id().isEmpty() || !tip.id().equals(idHere(context, tip))) {
        try {
          fetch(context, remote, tip);
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
          create(context, tip);
          fetch(context, remote, tip);
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

  private void create(GitContext context, Tip tip)
      throws GitException, InterruptedException, IOException {
    DirectoryTree.create(directory);
    git.run(
        context,
        Access.LOCAL,
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

  /** Returns the object that the mirror's ref points to; empty also if it cannot be determined. */
  private Optional<String> idHere(GitContext context, Tip tip)
      throws GitException, InterruptedException {
    try {
      String id =
          git.run(
              context,
              Access.LOCAL,
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

  private void fetch(GitContext context, Remote remote, Tip tip)
      throws GitException, InterruptedException {
    if (tip.kind() != Tip.Kind.COMMIT) {
      fetch(context, remote, SHALLOW, List.of(tip.ref() + ":" + tip.ref()));
      return;
    }
    String commit = tip.id().orElseThrow();
    try {
      fetch(context, remote, SHALLOW, List.of(commit + ":" + tip.ref()));
    } catch (GitFailedException e) {
      LOG.infof(
          "%s does not serve commits by their id; fetching its branches and tags: %s",
          remote.url(), e.getMessage());
      fetchFromHistory(context, remote, tip, commit);
    }
  }

  /**
   * Fetches all history, because some servers serve only what their refs point to and its history.
   */
  private void fetchFromHistory(GitContext context, Remote remote, Tip tip, String commit)
      throws GitException, InterruptedException {
    fetch(
        context,
        remote,
        WHOLE_HISTORY,
        List.of("refs/heads/*:" + HISTORY + "heads/*", "refs/tags/*:" + HISTORY + "tags/*"));
    LocalGit here = new LocalGit(git, context, directory);
    try {
      here.run("update-ref", tip.ref(), commit);
    } catch (GitFailedException e) {
      throw new CommitMissingException(
          "The remote has no commit " + commit + " on any branch or tag", e.code());
    }
  }

  private void fetch(GitContext context, Remote remote, List<String> how, List<String> refs)
      throws GitException, InterruptedException {
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
    git.run(context, remote.access(), arguments.toArray(String[]::new));
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
