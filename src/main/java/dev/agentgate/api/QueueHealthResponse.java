package dev.agentgate.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.agentgate.queue.QueueHealth;
import dev.agentgate.workorder.WorkOrderId;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The state of the queue as clients see it; durations in milliseconds. */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.ALWAYS)
@Schema(name = "QueueHealth")
public record QueueHealthResponse(
    @Schema(required = true) long runningCount,
    @Schema(required = true) int maxConcurrent,
    @Schema(required = true) long queuedCount,
    @Schema(required = true) long completedCount,
    @Schema(required = true) long failedCount,
    @Schema(required = true) long cancelledCount,
    @Schema(required = true, nullable = true, description = "In milliseconds")
        @Nullable Long oldestRunningAge,
    @Schema(required = true, nullable = true) @Nullable String oldestRunningId,
    @Schema(required = true, description = "In milliseconds", examples = "1800000")
        long stuckThreshold,
    @Schema(required = true, description = "What an operator must know, a sentence each")
        List<String> alerts,
    @Schema(
            required = true,
            description =
                "Why the head of the queue does not start: `slots`, `repository`, `stagger`,"
                    + " `memory`, `disk`, `paused`, `manual`, `resources`")
        List<String> blockedBy,
    @Schema(required = true) boolean paused,
    @Schema(required = true) Instant timestamp) {

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
        health.blockedBy().stream().sorted().map(QueueHealth.Block::wireName).toList(),
        health.paused(),
        health.timestamp());
  }
}
