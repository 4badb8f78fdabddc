package dev.agentgate.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A work order as clients see it: flat, and without what does not apply. */
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
    String status,
    String taskPrompt,
    @Schema(examples = "claude-code") String agentType,
    Source workspaceSource,
    Config config,
    @Nullable Integer maxIterations,
    int priority,
    Map<String, String> labels,
    @Nullable Publish publish,
    @Schema(description = "How many attempts were made, the current one included") int attempt,
    @Schema(description = "The run under way, or the last one of a finished order")
        @Nullable String currentRunId,
    @Schema(description = "1 is next; present while queued") @Nullable Integer queuePosition,
    @Schema(description = "When the retry may start; present during its backoff")
        @Nullable Instant notBefore,
    @Schema(
            description =
                "Why it does not start, apart from the orders ahead of it; present while queued,"
                    + " but not in lists")
        @Nullable List<String> blockedBy,
    Instant createdAt,
    Instant updatedAt,
    @Schema(description = "When it last entered the queue") Instant queuedAt,
    @Nullable Instant startedAt,
    @Schema(description = "When the attempt times out") @Nullable Instant timeoutAt,
    @Schema(description = "When the agent last wrote something") @Nullable Instant lastActivityAt,
    @Nullable Instant completedAt,
    @Nullable Instant failedAt,
    @Nullable Instant cancelledAt,
    @Schema(description = "As a shell's `$?`: 128 + n where signal n ended the agent")
        @Nullable Integer exitCode,
    @Nullable String failureReason,
    @Schema(description = "Why it failed, for people") @Nullable String error,
    @Schema(description = "The agent's last words in the last run") @Nullable String result,
    @Schema(description = "What all runs used together") @Nullable UsageResponse usage,
    @Schema(description = "What the last run changed") @Nullable ChangeSummaryResponse changes,
    @Schema(description = "The publication of the last run's changes")
        @Nullable PublicationResponse publication) {

  /** Where the workspace comes from. */
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
      @Nullable String path) {}

  /** What bounds the attempts; durations in milliseconds. */
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
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> retryOn,
      @Schema(enumeration = {"fresh", "resume"}) @Nullable String retryMode,
      @Schema(examples = "claude-sonnet-4-5") @Nullable String model,
      @Schema(description = "The most that one run may cost, in US dollars", examples = "2.5")
          @Nullable BigDecimal maxCostUsd) {
    public Config {
      // It is left out of an answer when it is empty.
      retryOn = List.copyOf(Objects.requireNonNullElse(retryOn, List.of()));
    }
  }
}
