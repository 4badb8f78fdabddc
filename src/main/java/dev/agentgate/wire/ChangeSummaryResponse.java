package dev.agentgate.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The size of the change that a run made, as clients see it. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(
    name = "ChangeSummary",
    requiredProperties = {"files", "insertions", "deletions"})
public record ChangeSummaryResponse(
    @Schema(description = "The number of files that differ from `baseCommit`") long files,
    @Schema(description = "In lines") long insertions,
    @Schema(description = "In lines") long deletions,
    @Schema(description = "The length of the patch; absent if it was too large to keep")
        @Nullable Long patchBytes,
    @Schema(description = "True if the patch was too large to keep")
        @Nullable Boolean patchTooLarge) {}
