package dev.agentgate.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** What a client may send to pause an agent. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "PauseAgent")
public record AgentPauseRequest(
    @Schema(description = "When the pause ends; absent: when someone resumes the agent")
        @Nullable Instant until) {}
