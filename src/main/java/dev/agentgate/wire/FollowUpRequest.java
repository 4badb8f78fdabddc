package dev.agentgate.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** What a client may send with a request for a run. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "FollowUp")
public record FollowUpRequest(
    @Schema(
            description =
                "What the agent is asked to do next, in the workspace of the last run and, if it can"
                    + " resume, in the same session",
            minLength = 1,
            maxLength = SubmitRequest.MAX_PROMPT)
        @Nullable String taskPrompt) {}
