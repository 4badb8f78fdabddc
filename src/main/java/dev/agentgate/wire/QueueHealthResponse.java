package dev.agentgate.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The state of the queue as clients see it; durations in milliseconds. */
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
    @Schema(required = true, description = "What an operator must know, one sentence each")
        List<String> alerts,
    @Schema(required = true, description = "Why the head of the queue does not start")
        List<String> blockedBy,
    @Schema(required = true) boolean paused,
    @Schema(required = true) Instant timestamp) {}
