package dev.agentgate.git;

import dev.agentgate.git.MirrorCache.Remote;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Pushes a commit of one repository to branches of one remote. The remote refuses a push if the
 * branch has moved since it was looked at. No hook runs. For use by one thread.
 *
 * @see <a href="https://git-scm.com/docs/git-push">git-push</a>
 */
public final class BranchPush {
  private static final String THEIRS = "refs/agentgate/theirs";

  /** The words of a server that does not accept a history that ends where ours ends. */
  private static final String SHALLOW_REFUSED = "shallow update not allowed";

  /** Words of git and of servers after which another attempt would end the same way. */
  private static final List<String> PERMANENT =
      List.of(
          "[remote rejected]",
          "[rejected]",
          "returned error: 403",
          "not found",
          "refused the token",
          "no token is configured",
          "has none for it");

  private final ComparisonRepository repository;
  private final Remote remote;
  private final String commit;

  /** The commit of a branch that was fetched last. */
  private @Nullable Theirs fetched;

  /**
   * @param repository contains the commit
   * @param remote where to push to; the revision is the one that was checked out
   * @param commit its full id
   */
  public BranchPush(ComparisonRepository repository, Remote remote, String commit) {
    this.repository = repository;
    this.remote = remote;
    this.commit = commit;
  }

  /**
   * Returns the branch that the checkout came from, or the remote's default branch if it came from
   * a tag or a commit.
   *
   * @throws GitException if the remote cannot be asked, or has no such branch
   */
  public String base() throws GitException, InterruptedException {
    return switch (remote.revision()) {
      case Revision.Branch branch -> branch.name();
      case Revision.BranchOrTag it -> {
        String ref = RefNames.BRANCHES + it.name();
        RemoteRefs refs = list(List.of(ref));
        yield refs.of(ref).isPresent() ? it.name() : defaultBranch(refs);
      }
      case Revision.DefaultBranch _, Revision.Tag _, Revision.Commit _ ->
          defaultBranch(list(List.of()));
    };
  }

  private static String defaultBranch(RemoteRefs refs) throws GitException {
    return refs.defaultBranch()
        .orElseThrow(() -> new GitException(refs.whyNoDefaultBranch() + " Name a base."));
  }

  /** Returns the tip of a branch if it has the same tree as the commit. */
  public Optional<String> tipWithSameTree(String branch)
      throws GitException, InterruptedException, IOException {
    String ref = RefNames.BRANCHES + branch;
    Optional<String> tip = list(List.of(ref)).of(ref);
    if (tip.isEmpty() || tip.get().equals(commit)) {
      return tip;
    }
    String tree = repository.read(ComparisonRepository.NOTHING, "rev-parse", commit + "^{tree}");
    String headers = theirs(ref, tip.get()).content();
    return tip.filter(_ -> headers.startsWith("tree " + tree + "\n"));
  }

  /**
   * Makes the commit the tip of a branch. Idempotent.
   *
   * @param branch a valid name
   * @param mayReplace whether the commit that the branch points to may be replaced
   * @throws BranchTakenException if the branch has commits that would be lost
   * @throws PushRefusedException if the remote refused it for a reason that repeating does not
   *     change
   */
  public void push(String branch, Predicate<Theirs> mayReplace)
      throws GitException, InterruptedException, IOException {
    String ref = RefNames.BRANCHES + branch;
    Optional<String> tip = list(List.of(ref)).of(ref);
    if (tip.isPresent() && tip.get().equals(commit)) {
      return;
    }
    if (tip.isPresent() && !isAncestor(tip.get()) && !mayReplace.test(theirs(ref, tip.get()))) {
      throw new BranchTakenException(
          "The branch " + branch + " has commits on the remote that AgentGate did not push");
    }
    try {
      push(ref, tip);
    } catch (PushRefusedException e) {
      if (!String.valueOf(e.getMessage()).contains(SHALLOW_REFUSED)) {
        throw e;
      }
      fetchHistory();
      push(ref, tip);
    }
  }

  /**
   * The commit that a branch points to.
   *
   * @param id its full id
   * @param content its headers and its message
   */
  public record Theirs(String id, String content) {}

  private void push(String ref, Optional<String> expected)
      throws GitException, InterruptedException {
    try {
      repository.runRemotely(
          remote.access(),
          // The remote may know more of our history than its branches show.
          "-c",
          "push.negotiate=true",
          "push",
          "--quiet",
          "--no-verify",
          "--no-signed",
          "--no-follow-tags",
          "--recurse-submodules=no",
          "--force-with-lease=" + ref + ":" + expected.orElse(""),
          "--",
          remote.url(),
          commit + ":" + ref);
    } catch (GitFailedException e) {
      String message = String.valueOf(e.getMessage());
      if (PERMANENT.stream().anyMatch(message::contains)) {
        throw new PushRefusedException(message, e.code());
      }
      throw e;
    }
  }

  private boolean isAncestor(String tip) throws GitException, InterruptedException {
    try {
      repository.run(ComparisonRepository.NOTHING, "merge-base", "--is-ancestor", tip, commit);
      return true;
    } catch (GitFailedException e) {
      return false;
    }
  }

  /** Fetches the commit of a branch into a repository of its own, and returns it. */
  private Theirs theirs(String ref, String id)
      throws GitException, InterruptedException, IOException {
    if (fetched != null && fetched.id().equals(id)) {
      return fetched;
    }
    ComparisonRepository theirs = repository.inner("theirs-" + id, repository.top(), List.of());
    theirs.runRemotely(
        remote.access(),
        "fetch",
        "--quiet",
        "--depth=1",
        "--no-tags",
        "--no-write-fetch-head",
        "--",
        remote.url(),
        "+" + ref + ":" + THEIRS);
    Theirs found =
        new Theirs(id, theirs.read(ComparisonRepository.NOTHING, "cat-file", "commit", id));
    fetched = found;
    return found;
  }

  private void fetchHistory() throws GitException, InterruptedException {
    repository.runRemotely(
        remote.access(),
        "fetch",
        "--quiet",
        "--unshallow",
        "--no-tags",
        "--no-write-fetch-head",
        "--",
        remote.url(),
        "+HEAD:" + THEIRS);
  }

  private RemoteRefs list(List<String> refs) throws GitException, InterruptedException {
    LocalGit git = repository.workTree();
    return RemoteRefs.list(git.git(), git.context(), remote, refs);
  }
}
