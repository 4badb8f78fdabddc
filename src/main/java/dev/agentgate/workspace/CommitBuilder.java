package dev.agentgate.workspace;

import dev.agentgate.git.ComparisonRepository;
import dev.agentgate.git.GitException;
import dev.agentgate.git.GitFailedException;
import dev.agentgate.git.LocalGit;
import dev.agentgate.git.Revision;
import dev.agentgate.workspace.Baselines.Baseline;
import dev.agentgate.workspace.WorkTreeCapture.Captured;
import dev.agentgate.workspace.WorkspaceCommits.Signature;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Makes a commit of a workspace. The agent's objects are read only after the tree is complete, so
 * forged ones cannot get into it; the receiver of the commits computes the ids of all objects.
 */
final class CommitBuilder {
  private static final long MAX_SHALLOW = 1L << 20;

  private final LocalGit workspace;
  private final Baseline baseline;
  private final Path git;
  private final WorkTreeCapture capture;

  /**
   * @param workspace the workspace of the run
   */
  CommitBuilder(LocalGit workspace, Baseline baseline, WorkTreeCapture capture) {
    this.workspace = workspace;
    this.baseline = baseline;
    this.git = workspace.directory().resolve(".git");
    this.capture = capture;
  }

  /**
   * A commit in the repository of the capture.
   *
   * @param id of the agent's own commit if it left nothing uncommitted
   */
  record Built(ComparisonRepository repository, String id) {}

  /**
   * Builds the commit.
   *
   * @return empty if the tree is that of the base
   */
  Optional<Built> build(Signature signature)
      throws IOException, GitException, WorkspaceFailedException, InterruptedException {
    return capture.capture(
        baseline.commit(), new ChangeListing(0), captured -> build(captured, signature));
  }

  private Optional<Built> build(Captured captured, Signature signature)
      throws IOException, GitException, WorkspaceFailedException, InterruptedException {
    if (!captured.readable()) {
      throw new WorkspaceFailedException("The changes are too large to commit");
    }
    ComparisonRepository repository = captured.repository();
    String tree = repository.read(ComparisonRepository.NOTHING, "write-tree");
    if (tree.equals(baseline.tree())) {
      return Optional.empty();
    }
    Optional<String> head =
        new RepositoryHead(workspace.directory())
            .commit(workspace.directory())
            .filter(id -> !id.equals(baseline.commit()));
    endHistory(repository);
    if (head.isPresent()) {
      addAgentsObjects(repository);
      if (tree.equals(treeOf(head.get(), repository))) {
        return Optional.of(new Built(repository, head.get()));
      }
    }
    return Optional.of(
        new Built(repository, commit(repository, tree, head.orElse(baseline.commit()), signature)));
  }

  private void addAgentsObjects(ComparisonRepository repository)
      throws IOException, WorkspaceFailedException {
    repository.addObjects(
        AgentObjects.find(git)
            .orElseThrow(() ->
                new WorkspaceFailedException(
                    "The agent's commits cannot be read: the objects of its repository are links,"
                        + " or elsewhere")));
  }

  private static String treeOf(String commit, ComparisonRepository repository)
      throws GitException, WorkspaceFailedException, InterruptedException {
    try {
      return repository.read(
          ComparisonRepository.NOTHING,
          "rev-parse",
          "--verify",
          "--quiet",
          "--end-of-options",
          commit + "^{commit}^{tree}");
    } catch (GitFailedException e) {
      throw new WorkspaceFailedException("The agent's HEAD is not a commit that can be read", e);
    }
  }

  /** Repeats where the agent's history ends, which is where the checkout ended or where it says. */
  private void endHistory(ComparisonRepository repository)
      throws IOException, GitException, InterruptedException {
    Set<String> ends = new TreeSet<>();
    Path shallow = git.resolve("shallow");
    if (Files.isDirectory(git, LinkOption.NOFOLLOW_LINKS)
        && Files.isRegularFile(shallow, LinkOption.NOFOLLOW_LINKS)
        && Files.size(shallow) <= MAX_SHALLOW) {
      Files.readString(shallow, StandardCharsets.ISO_8859_1)
          .lines()
          .filter(line -> line.length() == repository.idLength())
          .filter(line -> Revision.COMMIT_ID.matcher(line).matches())
          .forEach(ends::add);
    }
    if (!hasParent(repository)) {
      ends.add(baseline.commit());
    }
    repository.endHistoryAt(ends);
  }

  private boolean hasParent(ComparisonRepository repository)
      throws GitException, InterruptedException {
    try {
      repository.run(ComparisonRepository.NOTHING, "cat-file", "-e", baseline.commit() + "^");
      return true;
    } catch (GitFailedException e) {
      return false;
    }
  }

  /** Makes a commit in a repository; the same input always gives the same commit. */
  static String commit(
      ComparisonRepository repository, String tree, String parent, Signature signature)
      throws IOException, GitException, InterruptedException {
    String time = signature.time().getEpochSecond() + " +0000";
    Path message =
        Files.writeString(repository.directory().resolve("message"), signature.message());
    return repository
        .with(
            Map.of(
                "GIT_AUTHOR_NAME",
                signature.authorName(),
                "GIT_AUTHOR_EMAIL",
                signature.authorEmail(),
                "GIT_AUTHOR_DATE",
                time,
                "GIT_COMMITTER_NAME",
                signature.authorName(),
                "GIT_COMMITTER_EMAIL",
                signature.authorEmail(),
                "GIT_COMMITTER_DATE",
                time))
        .read(message, "commit-tree", "-p", parent, tree);
  }
}
