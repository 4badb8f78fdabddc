package dev.agentgate.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A run as clients see it: flat, and without what does not apply. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(
    name = "Run",
    requiredProperties = {"id", "workOrderId", "attempt", "status", "startedAt", "logBytes"})
public record RunResponse(
    @Schema(examples = "run_01K9Z4J1B3V7S5T8Q2N6M4B1CD") String id,
    @Schema(examples = "wo_01K9Z4J0W3V7S5T8Q2N6M4B1CD") String workOrderId,
    @Schema(description = "1 for the order's first") int attempt,
    @Schema(enumeration = {"preparing", "running", "completed", "failed", "cancelled"})
        String status,
    @Schema(
            description =
                "The instance of the service that runs or ran it; absent with the file store",
            examples = "agentgate-0")
        @Nullable String instance,
    @Schema(description = "Of the process that leads the run") @Nullable Long pid,
    Instant startedAt,
    @Nullable Instant endedAt,
    @Schema(description = "As a shell's `$?`: 128 + n where signal n ended the agent")
        @Nullable Integer exitCode,
    @Schema(description = "The number of the signal that ended the agent") @Nullable Integer signal,
    @Schema(description = "As in the work order") @Nullable String failureReason,
    @Schema(description = "Why it failed, for people") @Nullable String error,
    @Schema(description = "How many bytes its process wrote") long logBytes,
    @Schema(description = "The commit that was checked out") @Nullable String baseCommit,
    @Schema(description = "The commit of the workspace's HEAD at the end")
        @Nullable String headCommit,
    @Schema(description = "The agent's session") @Nullable String sessionId,
    @Schema(description = "The model that did the work") @Nullable String model,
    @Schema(description = "The agent's last words, at most 64 KiB") @Nullable String result,
    @Schema(description = "What this run used; updated while it is running")
        @Nullable UsageResponse usage,
    @Schema(description = "Present once the run is over, if it has a repository")
        @Nullable ChangeSummaryResponse changes,
    @Schema(description = "Present if its changes are or were to be published")
        @Nullable PublicationResponse publication) {}
