package dev.agentgate.workspace;

import dev.agentgate.git.ComparisonRepository;
import dev.agentgate.git.GitException;
import dev.agentgate.git.GitFailedException;
import dev.agentgate.git.LocalGit;
import dev.agentgate.linux.DirectoryTree;
import dev.agentgate.workspace.Baselines.Baseline;
import dev.agentgate.workspace.CollectedChanges.Collected;
import dev.agentgate.workspace.CollectedChanges.Failed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jboss.logging.Logger;

/**
 * Compares a workspace with what was checked out. The comparison uses a repository of its own,
 * which is removed afterwards. The workspace's {@code .git} supplies only names and the id of its
 * HEAD.
 */
final class ChangeCollector {
  private static final Logger LOG = Logger.getLogger(ChangeCollector.class);
  private static final int MAX_LISTED = 10_000;

  /** More than this is not a reviewable change, and git would hold files of that size in memory. */
  private static final long MAX_BYTES = 2L << 30;

  /**
   * Renames with edits are searched for among this many files; beyond that only exact renames are
   * found.
   */
  private static final String RENAME_LIMIT = "-l1000";

  private static final List<String> COMPARISON =
      List.of(
          "diff-index",
          "--cached",
          "-M",
          RENAME_LIMIT,
          "--no-ext-diff",
          "--no-textconv",
          "--no-color",
          "--ignore-submodules=none");

  private final LocalGit workspace;
  private final Baseline baseline;
  private final Path scratch;
  private final PatchFile patch;

  /**
   * @param workspace the workspace of the run
   * @param scratch a directory that only this object uses
   */
  ChangeCollector(LocalGit workspace, Baseline baseline, Path scratch, PatchFile patch) {
    this.workspace = workspace;
    this.baseline = baseline;
    this.scratch = scratch;
    this.patch = patch;
  }

  CollectedChanges collect() throws InterruptedException {
    boolean done = false;
    try {
      patch.discard();
      Collected collected = compare();
      done = true;
      return collected;
    } catch (GitException | WorkspaceFailedException e) {
      return new Failed(String.valueOf(e.getMessage()));
    } catch (IOException | RuntimeException e) {
      LOG.errorf(e, "The changes of %s cannot be collected", workspace.context().name());
      return new Failed("The changes could not be read or written");
    } finally {
      cleanUp(done);
    }
  }

  private void cleanUp(boolean done) {
    try {
      if (!done) {
        patch.discard();
      }
    } catch (IOException e) {
      LOG.errorf(e, "An incomplete patch of %s could not be removed", workspace.context().name());
    }
    if (!DirectoryTree.remove(scratch)) {
      LOG.errorf(
          "The files for comparing the workspace of %s could not all be removed",
          workspace.context().name());
    }
  }

  private Collected compare()
      throws IOException, GitException, WorkspaceFailedException, InterruptedException {
    if (!Files.isDirectory(workspace.directory(), LinkOption.NOFOLLOW_LINKS)) {
      throw new WorkspaceFailedException("The workspace is gone");
    }
    WorkTreeSurvey survey =
        new WorkTreeSurvey(workspace.directory(), workspace.context().deadline());
    survey.run();
    if (Files.isDirectory(baseline.objects())) {
      try {
        return compare(survey, repository(baseline.objects()), baseline.objects());
      } catch (GitFailedException e) {
        LOG.warnf(
            "Comparing %s without its mirror: %s", workspace.context().name(), e.getMessage());
      }
    }
    Path own =
        AgentObjects.find(workspace.directory().resolve(".git"))
            .orElseThrow(() ->
                new WorkspaceFailedException(
                    "The base commit is gone from the mirror, and the workspace's objects cannot be"
                        + " used"));
    ComparisonRepository repository = repository();
    copyBase(own, repository);
    return compare(survey, repository, repository.objects());
  }

  private ComparisonRepository repository(Path... objects) throws IOException {
    DirectoryTree.remove(scratch);
    ComparisonRepository repository =
        new ComparisonRepository(scratch, workspace, baseline.commit().length());
    repository.create(List.of(objects));
    Baselines.copyIndex(baseline.index(), repository.index());
    return repository;
  }

  /**
   * Copies the objects of the base from a place where the agent could write. Git computes the ids
   * of all objects that it unpacks, so forged objects cannot take their place.
   */
  private void copyBase(Path from, ComparisonRepository to)
      throws IOException, GitException, WorkspaceFailedException, InterruptedException {
    Path wanted = Files.writeString(scratch.resolve("wanted"), baseline.tree() + "\n");
    Path pack = scratch.resolve("base.pack");
    try {
      to.inner("source", workspace.directory(), List.of(from)).stream(
          wanted,
          output -> Files.copy(output, pack),
          "pack-objects",
          "--quiet",
          "--revs",
          "--stdout");
      to.run(pack, "index-pack", "--stdin");
    } catch (GitFailedException e) {
      throw new WorkspaceFailedException(
          "The base commit is gone from the mirror and from the workspace", e);
    }
  }

  private Collected compare(WorkTreeSurvey survey, ComparisonRepository repository, Path objects)
      throws IOException, GitException, WorkspaceFailedException, InterruptedException {
    AgentIndex agent = AgentIndex.read(repository, baseline.tree(), objects);
    ChangeListing uncounted = new ChangeListing(MAX_LISTED);
    WorkTreeScan scan =
        new WorkTreeScan(
            repository, agent, LargeFilePointers.read(baseline.pointers()), uncounted, MAX_BYTES);
    boolean readable = scan.run();
    ChangeListing counted = new ChangeListing(MAX_LISTED);
    if (readable) {
      repository.stream(
          ComparisonRepository.NOTHING, counted, comparison("--raw", "--numstat", "-z"));
      repository.stream(
          ComparisonRepository.NOTHING,
          patch,
          comparison(
              "--binary",
              "--full-index",
              "--submodule=short",
              "--src-prefix=a/",
              "--dst-prefix=b/"));
    }
    return new Collected(
        baseline.commit(),
        new RepositoryHead(workspace.directory()).commit(workspace.directory()),
        (readable ? counted : uncounted).files(),
        readable ? patch.settle() : OptionalLong.empty(),
        notes(survey.unreadable(), scan.unreadable()));
  }

  private String[] comparison(String... output) {
    List<String> arguments = new ArrayList<>(COMPARISON);
    arguments.addAll(List.of(output));
    arguments.add(baseline.tree());
    return arguments.toArray(String[]::new);
  }

  private static List<String> notes(long directories, long files) {
    List<String> notes = new ArrayList<>();
    note(directories, "Directories").ifPresent(notes::add);
    note(files, "Files").ifPresent(notes::add);
    return notes;
  }

  private static Optional<String> note(long count, String what) {
    return count == 0
        ? Optional.empty()
        : Optional.of(what + " that could not be read: " + count + "; the patch leaves them out");
  }
}
