package dev.agentgate.publish;

import dev.agentgate.git.BranchPush;
import dev.agentgate.git.BranchPush.Theirs;
import dev.agentgate.git.BranchTakenException;
import dev.agentgate.git.GitException;
import dev.agentgate.git.GitFailedException;
import dev.agentgate.git.PushRefusedException;
import dev.agentgate.publish.PullRequests.Wanted;
import dev.agentgate.workorder.Publication;
import dev.agentgate.workorder.Publication.PullRequest;
import dev.agentgate.workorder.PublishRequest;
import dev.agentgate.workorder.PublishRequest.As;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkspaceSource;
import dev.agentgate.workspace.WorkspaceCommit;
import dev.agentgate.workspace.WorkspaceCommits;
import dev.agentgate.workspace.WorkspaceCommits.Patch;
import dev.agentgate.workspace.WorkspaceCommits.Signature;
import dev.agentgate.workspace.WorkspaceFailedException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes one attempt to publish the changes of a run. An attempt may be repeated after a crash at
 * any moment: the same changes always give the same commit, and a branch has one pull request.
 */
public final class Publisher {
  private static final String ORDER_TRAILER = "AgentGate-Order: ";
  private static final String RUN_TRAILER = "AgentGate-Run: ";

  private final WorkspaceCommits commits;
  private final Elsewhere elsewhere;
  private final Optional<PullRequests> pullRequests;
  private final Author author;
  private final Duration limit;

  /**
   * @param elsewhere has the changes of runs whose workspaces are not here
   * @param api makes pull requests; empty if the service has no token, or does not know the API
   * @param author the author of what agents leave uncommitted
   * @param limit the longest time for a commit and its push
   */
  public Publisher(
      WorkspaceCommits commits,
      Elsewhere elsewhere,
      Optional<GitHubApi> api,
      Author author,
      Duration limit) {
    this.commits = commits;
    this.elsewhere = elsewhere;
    this.pullRequests = api.map(PullRequests::new);
    this.author = author;
    this.limit = limit;
  }

  /** Knows the changes of runs whose workspaces are not here. */
  @FunctionalInterface
  public interface Elsewhere {
    /**
     * Returns the changes of a run as a patch.
     *
     * @return empty if the workspace of the run is here
     * @throws PublishFailedException if they cannot be had, with the reason
     */
    Optional<Patch> patchOf(Work work) throws PublishFailedException;
  }

  /** An author of commits. */
  public record Author(String name, String email) {}

  /**
   * A run whose changes are to be published.
   *
   * @param workspace the run whose workspace it worked in
   * @param endedAt when the run ended
   * @param earlier commits that were pushed for the order before, which may be replaced
   */
  public record Work(
      WorkOrder order, RunId run, RunId workspace, Instant endedAt, Set<String> earlier) {
    public Work {
      earlier = Set.copyOf(earlier);
    }
  }

  /**
   * Goes on with a publication until it is complete.
   *
   * @param progress is told when the commit is on its branch, and keeps that
   * @return the complete publication
   * @throws PublishFailedException if this attempt failed
   */
  public Publication publish(Work work, Publication publication, Consumer<Publication> progress)
      throws PublishFailedException, InterruptedException {
    Publication pushed = publication;
    if (publication.commit().isEmpty()) {
      pushed = push(work, publication);
      if (pushed.status() != Publication.Status.PENDING) {
        return pushed;
      }
      progress.accept(pushed);
    }
    return pushed.published(request(work, pushed));
  }

  private Publication push(Work work, Publication publication)
      throws PublishFailedException, InterruptedException {
    requireSource(work.order().spec().workspaceSource(), publication.request().as());
    try {
      WorkspaceSource source = work.order().spec().workspaceSource();
      Signature signature = signature(work, publication.request());
      Optional<Patch> patch = elsewhere.patchOf(work);
      Optional<WorkspaceCommit> made =
          patch.isPresent()
              ? commits.commit(work.run(), source, patch.get(), signature, limit)
              : commits.commit(work.workspace(), source, signature, limit);
      if (made.isEmpty()) {
        return publication.nothingToPublish();
      }
      try (WorkspaceCommit commit = made.get()) {
        String base = base(publication, commit.push());
        if (patch.isPresent()) {
          // Pushed from the workspace before, perhaps on top of commits that a patch does not have.
          Optional<String> there = commit.push().tipWithSameTree(publication.branch());
          if (there.isPresent()) {
            return publication.pushed(there.get(), base);
          }
        }
        commit.push().push(publication.branch(), theirs -> isOurs(theirs, work));
        return publication.pushed(commit.id(), base);
      }
    } catch (WorkspaceFailedException e) {
      throw isTransient(e.getCause()) ? later(e) : never(e);
    } catch (BranchTakenException | PushRefusedException e) {
      throw never(e);
    } catch (GitException e) {
      throw later(e);
    } catch (IOException e) {
      throw PublishFailedException.transientFailure("The commit could not be pushed", e);
    }
  }

  private void requireSource(WorkspaceSource source, As as) throws PublishFailedException {
    if (as == As.PULL_REQUEST && !(source instanceof WorkspaceSource.GitHub)) {
      throw PublishFailedException.permanent(
          "A pull request needs a workspaceSource of type github");
    }
    if (as == As.PULL_REQUEST && pullRequests.isEmpty()) {
      throw PublishFailedException.permanent(
          "A pull request needs a token (agentgate.github.token) and the address of the API"
              + " (agentgate.github.api-url)");
    }
  }

  private static String base(Publication publication, BranchPush push)
      throws GitException, PublishFailedException, InterruptedException {
    Optional<String> named = publication.request().base();
    String base = named.isPresent() ? named.get() : push.base();
    if (base.equals(publication.branch())) {
      throw PublishFailedException.permanent(
          "The branch " + base + " is the base of the changes, which is not pushed to");
    }
    return base;
  }

  private Signature signature(Work work, PublishRequest request) {
    String message =
        request.title(work.order().spec().taskPrompt())
            + "\n\n"
            + ORDER_TRAILER
            + work.order().id().value()
            + "\n"
            + RUN_TRAILER
            + work.run().value()
            + "\n";
    return new Signature(message, author.name(), author.email(), work.endedAt());
  }

  /**
   * Whether AgentGate pushed a commit for this order. A commit that somebody made out of ours keeps
   * the trailers, but has another committer.
   */
  private boolean isOurs(Theirs theirs, Work work) {
    if (work.earlier().contains(theirs.id())) {
      return true;
    }
    String trailer = ORDER_TRAILER + work.order().id().value();
    String committer = "committer " + author.name() + " <" + author.email() + "> ";
    return theirs.content().lines().anyMatch(trailer::equals)
        && theirs
            .content()
            .lines()
            .takeWhile(line -> !line.isEmpty())
            .anyMatch(line -> line.startsWith(committer));
  }

  private PullRequest request(Work work, Publication publication)
      throws PublishFailedException, InterruptedException {
    requireSource(work.order().spec().workspaceSource(), publication.request().as());
    WorkspaceSource.GitHub source = (WorkspaceSource.GitHub) work.order().spec().workspaceSource();
    PublishRequest request = publication.request();
    return pullRequests
        .orElseThrow()
        .ensure(
            new Wanted(
                source.owner(),
                source.repo(),
                publication.branch(),
                request.base().orElseThrow(),
                request.title(work.order().spec().taskPrompt()),
                request.body().orElseGet(() -> body(work)),
                request.draft(),
                request.labels()));
  }

  private static String body(Work work) {
    return "Made by AgentGate: work order `"
        + work.order().id().value()
        + "`, run `"
        + work.run().value()
        + "`.";
  }

  private static boolean isTransient(@Nullable Throwable cause) {
    return cause instanceof IOException
        || (cause instanceof GitException && !(cause instanceof GitFailedException));
  }

  private static PublishFailedException never(Exception cause) {
    return PublishFailedException.permanent(String.valueOf(cause.getMessage()), cause);
  }

  private static PublishFailedException later(Exception cause) {
    return PublishFailedException.transientFailure(String.valueOf(cause.getMessage()), cause);
  }
}
