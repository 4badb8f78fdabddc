package dev.agentgate.workspace;

import dev.agentgate.git.ComparisonRepository;
import dev.agentgate.git.GitException;
import dev.agentgate.git.LocalGit;
import dev.agentgate.workspace.Baselines.Baseline;
import dev.agentgate.workspace.CollectedChanges.Collected;
import dev.agentgate.workspace.CollectedChanges.Failed;
import dev.agentgate.workspace.WorkTreeCapture.Captured;
import java.io.IOException;
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
  private final WorkTreeCapture capture;
  private final PatchFile patch;

  /**
   * @param workspace the workspace of the run
   * @param scratch a directory that only this object uses
   */
  ChangeCollector(LocalGit workspace, Baseline baseline, Path scratch, PatchFile patch) {
    this.workspace = workspace;
    this.baseline = baseline;
    this.capture = new WorkTreeCapture(workspace, baseline, scratch);
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
    capture.discard();
  }

  private Collected compare()
      throws IOException, GitException, WorkspaceFailedException, InterruptedException {
    ChangeListing uncounted = new ChangeListing(MAX_LISTED);
    return capture.capture(baseline.tree(), uncounted, captured -> describe(captured, uncounted));
  }

  private Collected describe(Captured captured, ChangeListing uncounted)
      throws IOException, GitException, InterruptedException {
    ChangeListing counted = new ChangeListing(MAX_LISTED);
    if (captured.readable()) {
      ComparisonRepository repository = captured.repository();
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
        (captured.readable() ? counted : uncounted).files(),
        captured.readable() ? patch.finish() : OptionalLong.empty(),
        notes(captured.unreadableDirectories(), captured.unreadableFiles()));
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
