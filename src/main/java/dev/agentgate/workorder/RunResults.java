package dev.agentgate.workorder;

import java.util.Optional;

/**
 * What is known about the work of a run. It grows while the run goes on.
 *
 * @param baseCommit the commit that was checked out
 * @param headCommit the commit of the workspace's HEAD at the end of the run
 * @param sessionId identifies the agent's session, which a later run can continue
 * @param model the model that did the work
 * @param result the agent's last message, at most 64 KiB
 * @param usage what this run alone used
 * @param changes empty if the run has no repository, or if its changes could not be collected
 * @param publication of the changes, if it was asked for
 * @param log empty until the run is over, and if only one instance uses the store
 */
public record RunResults(
    Optional<String> baseCommit,
    Optional<String> headCommit,
    Optional<String> sessionId,
    Optional<String> model,
    Optional<String> result,
    Usage usage,
    Optional<ChangeSummary> changes,
    Optional<Publication> publication,
    Optional<LogSummary> log) {
  /** Nothing is known. */
  public static final RunResults NONE =
      new RunResults(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Usage.UNKNOWN,
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  /** Returns these results with the commit that was checked out. */
  public RunResults checkedOut(Optional<String> base) {
    return new RunResults(
        base, headCommit, sessionId, model, result, usage, changes, publication, log);
  }

  /** Returns these results with what the agent has said about its work. */
  public RunResults reported(
      Optional<String> newSession,
      Optional<String> newModel,
      Optional<String> newResult,
      Usage newUsage) {
    return new RunResults(
        baseCommit,
        headCommit,
        newSession,
        newModel,
        newResult,
        newUsage,
        changes,
        publication,
        log);
  }

  /** Returns these results with another usage. */
  public RunResults used(Usage newUsage) {
    return new RunResults(
        baseCommit, headCommit, sessionId, model, result, newUsage, changes, publication, log);
  }

  /** Returns these results with what the agent left in its workspace. */
  public RunResults collected(
      String base, Optional<String> head, Optional<ChangeSummary> newChanges) {
    return new RunResults(
        Optional.of(base), head, sessionId, model, result, usage, newChanges, publication, log);
  }

  /** Returns these results with a publication. */
  public RunResults publishing(Publication newPublication) {
    return new RunResults(
        baseCommit,
        headCommit,
        sessionId,
        model,
        result,
        usage,
        changes,
        Optional.of(newPublication),
        log);
  }

  /** Whether there is a publication that has come this far. */
  public boolean hasPublication(Publication.Status status) {
    return publication.filter(it -> it.status() == status).isPresent();
  }

  /** Returns these results with what is known of the log. */
  public RunResults logged(LogSummary newLog) {
    return new RunResults(
        baseCommit,
        headCommit,
        sessionId,
        model,
        result,
        usage,
        changes,
        publication,
        Optional.of(newLog));
  }
}
