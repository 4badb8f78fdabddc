package dev.agentgate.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A type of agent as clients see it. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(
    name = "Agent",
    requiredProperties = {
      "type",
      "enabled",
      "available",
      "output",
      "resumes",
      "takesModel",
      "reportsCost"
    })
public record AgentResponse(
    @Schema(examples = "claude-code") String type,
    @Schema(description = "Whether orders may ask for it") boolean enabled,
    @Schema(description = "Whether its command can be found") boolean available,
    @Schema(description = "Why its command cannot be found, for people")
        @Nullable String unavailableReason,
    @Schema(
            description = "The format of its output",
            enumeration = {
              "text",
              "claude-stream-json",
              "codex-json",
              "opencode-json",
              "gemini-stream-json"
            })
        String output,
    @Schema(description = "Whether it can continue a session") boolean resumes,
    @Schema(description = "Whether an order may name a model") boolean takesModel,
    @Schema(
            description =
                "Whether it reports the cost of a run; otherwise the cost is known only for models"
                    + " with a configured price")
        boolean reportsCost,
    @Schema(description = "Present while the agent is paused") @Nullable Paused paused,
    @Schema(
            description =
                "Usage of the runs that started today (UTC), including those still running")
        @Nullable UsageResponse usageToday) {

  /** Why an agent starts no runs. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(
      name = "AgentPause",
      requiredProperties = {"reason", "message", "since"})
  public record Paused(
      @Schema(
              enumeration = {
                "manual",
                "usage_limit",
                "agent_auth",
                "agent_unavailable",
                "spawn_failed"
              })
          String reason,
      @Schema(description = "For people: the agent's own sentence if it caused the pause")
          String message,
      Instant since,
      @Schema(description = "Absent: until someone resumes it") @Nullable Instant until) {}
}
