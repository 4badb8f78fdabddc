package dev.agentgate.workspace;

import dev.agentgate.git.ComparisonRepository;
import dev.agentgate.git.GitException;
import dev.agentgate.git.GitFailedException;
import dev.agentgate.git.LocalGit;
import dev.agentgate.linux.DirectoryTree;
import dev.agentgate.workspace.Baselines.Baseline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Captures what an agent left in its workspace in the index of a repository of the service. The
 * workspace's {@code .git} supplies only names and the id of its HEAD.
 */
final class WorkTreeCapture {
  private static final Logger LOG = Logger.getLogger(WorkTreeCapture.class);

  /** More than this is not a reviewable change, and git would hold files of that size in memory. */
  private static final long MAX_BYTES = 2L << 30;

  private final LocalGit workspace;
  private final Baseline baseline;
  private final Path scratch;

  /**
   * @param workspace the workspace of the run
   * @param scratch a directory for the repository, which only this object uses
   */
  WorkTreeCapture(LocalGit workspace, Baseline baseline, Path scratch) {
    this.workspace = workspace;
    this.baseline = baseline;
    this.scratch = scratch;
  }

  /**
   * What the agent left.
   *
   * @param repository has it in its index, if it is readable
   * @param readable false if there is too much to read
   * @param unreadableDirectories directories that could not be read
   * @param unreadableFiles files that could not be read
   */
  record Captured(
      ComparisonRepository repository,
      boolean readable,
      long unreadableDirectories,
      long unreadableFiles) {}

  /** Makes something of a capture. */
  @FunctionalInterface
  interface Use<T> {
    T of(Captured captured)
        throws IOException, GitException, WorkspaceFailedException, InterruptedException;
  }

  /**
   * Captures the work tree. If git fails with the objects of the mirror, everything is done again
   * with those of the workspace.
   *
   * @param base what is needed of the base: the id of its commit or of its tree
   * @param uncounted receives all files that may have changed
   */
  <T> T capture(String base, ChangeListing uncounted, Use<T> use)
      throws IOException, GitException, WorkspaceFailedException, InterruptedException {
    if (!Files.isDirectory(workspace.directory(), LinkOption.NOFOLLOW_LINKS)) {
      throw new WorkspaceFailedException("The workspace is gone");
    }
    WorkTreeSurvey survey =
        new WorkTreeSurvey(workspace.directory(), workspace.context().deadline());
    survey.run();
    if (Files.isDirectory(baseline.objects())) {
      try {
        return use.of(scan(survey, repository(baseline.objects()), baseline.objects(), uncounted));
      } catch (GitFailedException e) {
        LOG.warnf("Reading %s without its mirror: %s", workspace.context().name(), e.getMessage());
        uncounted.clear();
      }
    }
    Path own =
        AgentObjects.find(workspace.directory().resolve(".git"))
            .orElseThrow(() ->
                new WorkspaceFailedException(
                    "The base commit is gone from the mirror, and the workspace's objects cannot be"
                        + " used"));
    ComparisonRepository repository = repository();
    copyBase(base, own, repository);
    return use.of(scan(survey, repository, repository.objects(), uncounted));
  }

  /** Removes the repository. Idempotent. */
  void discard() {
    if (!DirectoryTree.remove(scratch)) {
      LOG.errorf(
          "The files for comparing the workspace of %s could not all be removed",
          workspace.context().name());
    }
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
  private void copyBase(String base, Path from, ComparisonRepository to)
      throws IOException, GitException, WorkspaceFailedException, InterruptedException {
    Path wanted = Files.writeString(scratch.resolve("wanted"), base + "\n");
    Path pack = scratch.resolve("base.pack");
    try {
      ComparisonRepository source = to.inner("source", workspace.directory(), List.of(from));
      source.endHistoryAt(List.of(baseline.commit()));
      source.stream(
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

  private Captured scan(
      WorkTreeSurvey survey, ComparisonRepository repository, Path objects, ChangeListing uncounted)
      throws IOException, GitException, InterruptedException {
    AgentIndex agent = AgentIndex.read(repository, baseline.tree(), objects);
    WorkTreeScan scan =
        new WorkTreeScan(
            repository, agent, LargeFilePointers.read(baseline.pointers()), uncounted, MAX_BYTES);
    boolean readable = scan.run();
    return new Captured(repository, readable, survey.unreadable(), scan.unreadable());
  }
}
