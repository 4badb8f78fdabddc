package dev.agentgate.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.agentgate.queue.WorkOrderView;
import dev.agentgate.workorder.ExitStatus;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunLimits;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderSpec;
import dev.agentgate.workorder.WorkOrderState.Attempt;
import dev.agentgate.workorder.WorkOrderState.Cancelled;
import dev.agentgate.workorder.WorkOrderState.Completed;
import dev.agentgate.workorder.WorkOrderState.Failed;
import dev.agentgate.workorder.WorkspaceSource;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A work order as clients see it: flat, and without what does not apply. */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(
    name = "WorkOrder",
    requiredProperties = {
      "id",
      "status",
      "taskPrompt",
      "agentType",
      "workspaceSource",
      "config",
      "priority",
      "labels",
      "attempt",
      "createdAt",
      "updatedAt",
      "queuedAt"
    })
public record WorkOrderResponse(
    @Schema(examples = "wo_01K9Z4J0W3V7S5T8Q2N6M4B1CD") String id,
    @Schema(enumeration = {"queued", "running", "completed", "failed", "cancelled"}) String status,
    String taskPrompt,
    @Schema(examples = "claude-code") String agentType,
    Source workspaceSource,
    Config config,
    @Nullable Integer maxIterations,
    int priority,
    Map<String, String> labels,
    @Schema(description = "How many attempts were made, the current one included") int attempt,
    @Schema(description = "The run under way, or the last one once the order is at rest")
        @Nullable String currentRunId,
    @Schema(description = "1 is next; there while queued") @Nullable Integer queuePosition,
    @Schema(description = "Not tried again before; there while a retry waits out its backoff")
        @Nullable Instant notBefore,
    Instant createdAt,
    Instant updatedAt,
    @Schema(description = "When it last entered the queue") Instant queuedAt,
    @Nullable Instant startedAt,
    @Schema(description = "When the attempt will have taken too long") @Nullable Instant timeoutAt,
    @Schema(description = "When the agent last wrote something") @Nullable Instant lastActivityAt,
    @Nullable Instant completedAt,
    @Nullable Instant failedAt,
    @Nullable Instant cancelledAt,
    @Schema(description = "As a shell's `$?`: 128 + n where signal n ended the agent")
        @Nullable Integer exitCode,
    @Schema(
            enumeration = {
              "exit_code",
              "signal",
              "oom_killed",
              "timeout",
              "idle_timeout",
              "queue_expired",
              "killed",
              "interrupted",
              "lost",
              "spawn_failed",
              "workspace_failed",
              "disk_full"
            })
        @Nullable String failureReason,
    @Schema(description = "Why it failed, for people") @Nullable String error) {

  static WorkOrderResponse of(WorkOrderView view) {
    WorkOrder order = view.order();
    WorkOrderSpec spec = order.spec();
    Optional<Attempt> attempt = order.state().attempt();
    Optional<Completed> completed = in(order, Completed.class);
    Optional<Failed> failed = in(order, Failed.class);
    return new WorkOrderResponse(
        order.id().value(),
        order.status().wireName(),
        spec.taskPrompt(),
        spec.agentType(),
        Source.of(spec.workspaceSource()),
        Config.of(spec.limits()),
        boxed(spec.maxIterations()),
        spec.priority(),
        spec.labels(),
        order.attempts(),
        order.currentRun().map(RunId::value).orElse(null),
        boxed(view.queuePosition()),
        view.notBefore().orElse(null),
        order.createdAt(),
        order.updatedAt(),
        order.queuedAt(),
        attempt.map(Attempt::startedAt).orElse(null),
        attempt.map(Attempt::timeoutAt).orElse(null),
        view.lastActivityAt().orElse(null),
        completed.map(Completed::completedAt).orElse(null),
        failed.map(Failed::failedAt).orElse(null),
        in(order, Cancelled.class).map(Cancelled::cancelledAt).orElse(null),
        completed
            .map(done -> 0)
            .or(() -> failed.flatMap(Failed::exit).or(view::exit).map(ExitStatus::code))
            .orElse(null),
        failed.map(Failed::reason).map(FailureReason::wireName).orElse(null),
        failed.map(Failed::error).orElse(null));
  }

  private static <S> Optional<S> in(WorkOrder order, Class<S> state) {
    return Optional.of(order.state()).filter(state::isInstance).map(state::cast);
  }

  private static @Nullable Integer boxed(OptionalInt value) {
    return value.isPresent() ? value.getAsInt() : null;
  }

  /** Where the workspace comes from. */
  @RegisterForReflection
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(name = "WorkspaceSource", requiredProperties = "type")
  public record Source(
      @Schema(enumeration = {"github", "git", "local", "empty"}) String type,
      @Nullable String url,
      @Nullable String owner,
      @Nullable String repo,
      @Schema(description = "Absent: the remote's default branch") @Nullable String branch,
      @Schema(description = "A branch, a tag or a full commit id, if the order named one")
          @Nullable String ref,
      @Nullable String path) {

    private static Source of(WorkspaceSource source) {
      return switch (source) {
        case WorkspaceSource.GitHub it ->
            new Source(
                it.type(),
                null,
                it.owner(),
                it.repo(),
                it.branch().orElse(null),
                it.ref().orElse(null),
                null);
        case WorkspaceSource.Git it ->
            new Source(
                it.type(),
                it.url(),
                null,
                null,
                it.branch().orElse(null),
                it.ref().orElse(null),
                null);
        case WorkspaceSource.Local it ->
            new Source(it.type(), null, null, null, null, null, it.path());
        case WorkspaceSource.Empty it -> new Source(it.type(), null, null, null, null, null, null);
      };
    }
  }

  /** What bounds the attempts; durations in milliseconds. */
  @RegisterForReflection
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(
      name = "Config",
      description = "What bounds the attempts; durations in milliseconds",
      requiredProperties = {"maxTime", "maxAttempts"})
  public record Config(
      @Schema(examples = "3600000") long maxTime,
      @Nullable Long idleTimeout,
      @Nullable Long queueTtl,
      @Schema(examples = "1") int maxAttempts,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> retryOn) {

    private static Config of(RunLimits limits) {
      return new Config(
          limits.maxTime().toMillis(),
          limits.idleTimeout().map(Duration::toMillis).orElse(null),
          limits.queueTtl().map(Duration::toMillis).orElse(null),
          limits.maxAttempts(),
          limits.retryOn().stream().sorted().map(FailureReason::wireName).toList());
    }
  }
}
