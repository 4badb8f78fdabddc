package dev.agentgate.api;

import dev.agentgate.execution.StopReport;
import dev.agentgate.queue.BulkResult;
import dev.agentgate.queue.QueueHealth;
import dev.agentgate.queue.RunView;
import dev.agentgate.queue.UsageReport;
import dev.agentgate.queue.WorkOrderView;
import dev.agentgate.store.InstanceInfo;
import dev.agentgate.wire.Answers.CancelResult;
import dev.agentgate.wire.Answers.KillResult;
import dev.agentgate.wire.BulkAnswers;
import dev.agentgate.wire.ChangeSummaryResponse;
import dev.agentgate.wire.InstanceResponse;
import dev.agentgate.wire.PublicationResponse;
import dev.agentgate.wire.Publish;
import dev.agentgate.wire.QueueHealthResponse;
import dev.agentgate.wire.RunResponse;
import dev.agentgate.wire.UsageLine;
import dev.agentgate.wire.UsageResponse;
import dev.agentgate.wire.WorkOrderResponse;
import dev.agentgate.workorder.AgentChoices;
import dev.agentgate.workorder.ChangeSummary;
import dev.agentgate.workorder.ExitStatus;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.Publication;
import dev.agentgate.workorder.PublishRequest;
import dev.agentgate.workorder.RetryMode;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunLimits;
import dev.agentgate.workorder.RunOutcome;
import dev.agentgate.workorder.RunState;
import dev.agentgate.workorder.Usage;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderSpec;
import dev.agentgate.workorder.WorkOrderState.Attempt;
import dev.agentgate.workorder.WorkOrderState.Cancelled;
import dev.agentgate.workorder.WorkOrderState.Completed;
import dev.agentgate.workorder.WorkOrderState.Failed;
import dev.agentgate.workorder.WorkspaceSource;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Puts what the queue knows into the flat records that clients see. */
final class WireRecords {
  private WireRecords() {}

  static WorkOrderResponse of(WorkOrderView view) {
    WorkOrder order = view.order();
    WorkOrderSpec spec = order.spec();
    Optional<Attempt> attempt = order.state().attempt();
    Optional<Completed> completed = as(Completed.class, order.state());
    Optional<Failed> failed = as(Failed.class, order.state());
    return new WorkOrderResponse(
        order.id().value(),
        order.status().wireName(),
        spec.taskPrompt(),
        spec.agentType(),
        of(spec.workspaceSource()),
        of(spec.limits(), spec.choices()),
        boxed(spec.choices().maxIterations()),
        spec.priority(),
        spec.labels(),
        spec.publish().map(WireRecords::of).orElse(null),
        order.attempts(),
        order.currentRun().map(RunId::value).orElse(null),
        boxed(view.queuePosition()),
        view.notBefore().orElse(null),
        view.blockedBy().isEmpty() ? null : names(view.blockedBy()),
        order.createdAt(),
        order.updatedAt(),
        order.queuedAt(),
        attempt.map(Attempt::startedAt).orElse(null),
        attempt.map(Attempt::timeoutAt).orElse(null),
        view.lastActivityAt().orElse(null),
        completed.map(Completed::completedAt).orElse(null),
        failed.map(Failed::failedAt).orElse(null),
        as(Cancelled.class, order.state()).map(Cancelled::cancelledAt).orElse(null),
        completed
            .map(done -> 0)
            .or(() -> failed.flatMap(Failed::exit).or(view::exit).map(ExitStatus::code))
            .orElse(null),
        failed.map(Failed::reason).map(FailureReason::wireName).orElse(null),
        failed.map(Failed::error).orElse(null),
        view.results().result().orElse(null),
        of(view.results().usage()),
        view.results().changes().map(WireRecords::of).orElse(null),
        view.results().publication().map(WireRecords::of).orElse(null));
  }

  private static WorkOrderResponse.Source of(WorkspaceSource source) {
    return switch (source) {
      case WorkspaceSource.GitHub it ->
          new WorkOrderResponse.Source(
              it.type(),
              null,
              it.owner(),
              it.repo(),
              it.branch().orElse(null),
              it.ref().orElse(null),
              null);
      case WorkspaceSource.Git it ->
          new WorkOrderResponse.Source(
              it.type(),
              it.url(),
              null,
              null,
              it.branch().orElse(null),
              it.ref().orElse(null),
              null);
      case WorkspaceSource.Local it ->
          new WorkOrderResponse.Source(it.type(), null, null, null, null, null, it.path());
      case WorkspaceSource.Empty it ->
          new WorkOrderResponse.Source(it.type(), null, null, null, null, null, null);
    };
  }

  private static WorkOrderResponse.Config of(RunLimits limits, AgentChoices choices) {
    return new WorkOrderResponse.Config(
        limits.maxTime().toMillis(),
        limits.idleTimeout().map(Duration::toMillis).orElse(null),
        limits.queueTtl().map(Duration::toMillis).orElse(null),
        limits.maxAttempts(),
        limits.retryOn().stream().sorted().map(FailureReason::wireName).toList(),
        limits.retryMode().map(RetryMode::wireName).orElse(null),
        choices.model().orElse(null),
        choices.maxCostUsd().orElse(null));
  }

  static RunResponse of(RunView view) {
    Run run = view.run();
    Optional<RunOutcome> outcome =
        as(RunState.Ended.class, run.state()).map(RunState.Ended::outcome);
    Optional<ExitStatus> exit = outcome.flatMap(RunOutcome::exit);
    return new RunResponse(
        run.id().value(),
        run.workOrderId().value(),
        run.attempt(),
        run.state().wireName(),
        run.instance().map(InstanceId::value).orElse(null),
        run.pid().isPresent() ? run.pid().getAsLong() : null,
        run.startedAt(),
        outcome.map(RunOutcome::at).orElse(null),
        exit.map(ExitStatus::code).orElse(null),
        signal(outcome),
        outcome.flatMap(RunOutcome::failureReason).map(FailureReason::wireName).orElse(null),
        outcome.flatMap(RunOutcome::message).orElse(null),
        view.logBytes(),
        run.results().baseCommit().orElse(null),
        run.results().headCommit().orElse(null),
        run.results().sessionId().orElse(null),
        run.results().model().orElse(null),
        run.results().result().orElse(null),
        of(run.results().usage()),
        run.results().changes().map(WireRecords::of).orElse(null),
        run.results().publication().map(WireRecords::of).orElse(null));
  }

  /** An agent that reports its own failure may exit with a code that only looks like a signal. */
  private static @Nullable Integer signal(Optional<RunOutcome> outcome) {
    return outcome
        .filter(it -> it.failureReason().filter(FailureReason::isAgentsVerdict).isEmpty())
        .flatMap(RunOutcome::exit)
        .map(exit -> boxed(exit.signal()))
        .orElse(null);
  }

  static @Nullable UsageResponse of(Usage usage) {
    return usage.isUnknown()
        ? null
        : new UsageResponse(
            boxed(usage.inputTokens()),
            boxed(usage.cachedInputTokens()),
            boxed(usage.outputTokens()),
            boxed(usage.turns()),
            usage.costUsd().orElse(null));
  }

  private static Publish of(PublishRequest request) {
    return new Publish(
        request.as().wireName(),
        request.branch().orElse(null),
        request.base().orElse(null),
        request.title().orElse(null),
        request.body().orElse(null),
        request.draft() ? true : null,
        request.labels());
  }

  static PublicationResponse of(Publication publication) {
    return new PublicationResponse(
        publication.request().as().wireName(),
        publication.status().wireName(),
        publication.branch(),
        publication.commit().orElse(null),
        publication
            .pullRequest()
            .map(it -> new PublicationResponse.PullRequest(it.number(), it.url()))
            .orElse(null),
        publication.error().orElse(null));
  }

  static BulkAnswers.Failure of(BulkResult.Failure failure) {
    return new BulkAnswers.Failure(failure.order().value(), failure.why());
  }

  static InstanceResponse of(InstanceInfo info) {
    return new InstanceResponse(
        info.id().value(),
        info.status().version(),
        info.startedAt(),
        info.lastSeen(),
        info.status().slots(),
        info.status().running(),
        info.status().draining(),
        info.alive(),
        info.leaseUntil().orElse(null));
  }

  static UsageLine of(UsageReport.Line line) {
    Usage usage = line.usage();
    return new UsageLine(
        line.key(),
        line.runs(),
        boxed(usage.inputTokens()),
        boxed(usage.outputTokens()),
        usage.costUsd().orElse(null));
  }

  private static ChangeSummaryResponse of(ChangeSummary changes) {
    return new ChangeSummaryResponse(
        changes.files(),
        changes.insertions(),
        changes.deletions(),
        boxed(changes.patchBytes()),
        changes.patchTooLarge() ? true : null);
  }

  private static List<String> names(Set<QueueHealth.Block> blocks) {
    return blocks.stream().sorted().map(QueueHealth.Block::wireName).toList();
  }

  static QueueHealthResponse of(QueueHealth health) {
    return new QueueHealthResponse(
        health.counts().running(),
        health.maxConcurrent(),
        health.counts().queued(),
        health.counts().completed(),
        health.counts().failed(),
        health.counts().cancelled(),
        health.oldestRunningAge().map(Duration::toMillis).orElse(null),
        health.oldestRunningId().map(WorkOrderId::value).orElse(null),
        health.stuckThreshold().toMillis(),
        health.alerts().stream().map(QueueHealth.Alert::message).toList(),
        names(health.blockedBy()),
        health.paused(),
        health.timestamp());
  }

  static CancelResult cancelled(StopReport report) {
    return new CancelResult(
        report.survivors() == 0, report.killed(), report.survivors(), report.took().toMillis());
  }

  static KillResult killed(StopReport report, boolean force) {
    return new KillResult(
        report.survivors() == 0, force, report.survivors(), report.took().toMillis());
  }

  private static <T> Optional<T> as(Class<T> type, Object state) {
    return Optional.of(state).filter(type::isInstance).map(type::cast);
  }

  private static @Nullable Long boxed(OptionalLong value) {
    return value.isPresent() ? value.getAsLong() : null;
  }

  private static @Nullable Integer boxed(OptionalInt value) {
    return value.isPresent() ? value.getAsInt() : null;
  }
}
