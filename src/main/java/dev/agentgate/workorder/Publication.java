package dev.agentgate.workorder;

import java.util.Locale;
import java.util.Optional;

/**
 * The publication of a run's changes, and how far it has come.
 *
 * @param branch the branch of the remote
 * @param attempts how often it was tried
 * @param commit the commit that was pushed
 * @param pullRequest the pull request for the branch
 * @param error why it failed, or why it could not be done so far
 */
public record Publication(
    PublishRequest request,
    Status status,
    String branch,
    int attempts,
    Optional<String> commit,
    Optional<PullRequest> pullRequest,
    Optional<String> error) {

  /** How far a publication has come. */
  public enum Status {
    PENDING,
    PUBLISHED,
    FAILED,
    NOTHING_TO_PUBLISH;

    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the value of this name; empty if there is none. */
    public static Optional<Status> parse(String name) {
      for (Status status : values()) {
        if (status.wireName().equals(name)) {
          return Optional.of(status);
        }
      }
      return Optional.empty();
    }
  }

  /** A pull request, by its number in the repository and its page. */
  public record PullRequest(long number, String url) {}

  /** Returns a publication that nothing was done for yet. */
  public static Publication pending(PublishRequest request, WorkOrderId order) {
    return new Publication(
        request.on(request.branch(order)),
        Status.PENDING,
        request.branch(order),
        0,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /**
   * Returns this publication with its commit on the branch, which is all if that was asked for.
   *
   * @param base the branch that the changes are for
   */
  public Publication pushed(String newCommit, String base) {
    return new Publication(
        request.withBase(base),
        request.as() == PublishRequest.As.BRANCH ? Status.PUBLISHED : Status.PENDING,
        branch,
        attempts,
        Optional.of(newCommit),
        pullRequest,
        Optional.empty());
  }

  /** Returns this publication with its pull request, which completes it. */
  public Publication published(PullRequest newPullRequest) {
    return new Publication(
        request,
        Status.PUBLISHED,
        branch,
        attempts,
        commit,
        Optional.of(newPullRequest),
        Optional.empty());
  }

  /** Returns this publication of a run that changed nothing. */
  public Publication nothingToPublish() {
    return new Publication(
        request,
        Status.NOTHING_TO_PUBLISH,
        branch,
        attempts,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** Returns this publication after an attempt that failed and is repeated. */
  public Publication postponed(String why) {
    return new Publication(
        request, Status.PENDING, branch, attempts + 1, commit, pullRequest, Optional.of(why));
  }

  /** Returns this publication after an attempt that failed and is not repeated. */
  public Publication failed(String why) {
    return new Publication(
        request, Status.FAILED, branch, attempts + 1, commit, pullRequest, Optional.of(why));
  }
}
