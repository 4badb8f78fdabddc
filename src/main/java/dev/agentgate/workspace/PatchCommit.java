package dev.agentgate.workspace;

import dev.agentgate.git.CommitMissingException;
import dev.agentgate.git.ComparisonRepository;
import dev.agentgate.git.GitException;
import dev.agentgate.git.LocalGit;
import dev.agentgate.git.MirrorCache;
import dev.agentgate.git.MirrorCache.Remote;
import dev.agentgate.git.Revision;
import dev.agentgate.linux.DirectoryTree;
import dev.agentgate.workspace.CommitBuilder.Built;
import dev.agentgate.workspace.WorkspaceCommits.Patch;
import dev.agentgate.workspace.WorkspaceCommits.Signature;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Makes a commit of a patch, in a repository of the service. */
final class PatchCommit {
  private final MirrorCache mirrors;
  private final LocalGit checkout;
  private final Path scratch;

  /**
   * @param checkout a directory in the scratch directory, for a checkout of the base
   * @param scratch a directory that only this object uses
   */
  PatchCommit(MirrorCache mirrors, LocalGit checkout, Path scratch) {
    this.mirrors = mirrors;
    this.checkout = checkout;
    this.scratch = scratch;
  }

  /**
   * Builds the commit.
   *
   * @param remote the repository that has the base of the patch
   * @return empty if the patch changes nothing
   */
  Optional<Built> build(Remote remote, Patch patch, Signature signature)
      throws IOException, GitException, WorkspaceFailedException, InterruptedException {
    DirectoryTree.remove(scratch);
    DirectoryTree.create(scratch);
    Path file = scratch.resolve("patch");
    try (InputStream content = patch.content().open()) {
      if (Files.copy(content, file) == 0) {
        return Optional.empty();
      }
    }
    String base = patch.baseCommit();
    checkOut(remote, base);
    ComparisonRepository repository =
        new ComparisonRepository(scratch.resolve("repository"), checkout, base.length());
    repository.create(List.of(checkout.directory().resolve(".git").resolve("objects")));
    repository.endHistoryAt(Set.of(base));
    repository.run(ComparisonRepository.NOTHING, "read-tree", base);
    String before = repository.read(ComparisonRepository.NOTHING, "write-tree");
    repository.run(file, "apply", "--cached", "--binary", "--whitespace=nowarn", "-");
    String tree = repository.read(ComparisonRepository.NOTHING, "write-tree");
    return tree.equals(before)
        ? Optional.empty()
        : Optional.of(
            new Built(repository, CommitBuilder.commit(repository, tree, base, signature)));
  }

  private void checkOut(Remote remote, String base)
      throws IOException, GitException, WorkspaceFailedException, InterruptedException {
    DirectoryTree.create(checkout.directory());
    try {
      Path _ =
          mirrors.checkOut(
              checkout.context(),
              new Remote(remote.url(), remote.access(), new Revision.Commit(base)),
              checkout.directory());
    } catch (CommitMissingException e) {
      throw e;
    } catch (GitException e) {
      // Another attempt may reach the remote.
      throw new WorkspaceFailedException(String.valueOf(e.getMessage()), new IOException(e));
    }
  }
}
