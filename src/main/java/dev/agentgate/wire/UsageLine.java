package dev.agentgate.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.math.BigDecimal;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** What the runs with one key used together, as clients see it. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(
    name = "UsageLine",
    requiredProperties = {"key", "runs"})
public record UsageLine(
    @Schema(
            description =
                "The agent, model, repository, day or label value; empty if there is none")
        String key,
    @Schema(description = "The number of runs") long runs,
    @Nullable Long inputTokens,
    @Nullable Long outputTokens,
    @Schema(description = "In US dollars; absent if no cost is known")
        @Nullable BigDecimal costUsd) {}
