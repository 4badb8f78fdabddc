package dev.agentgate.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.math.BigDecimal;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** What an agent used, as clients see it: an unknown value is absent, never 0. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "Usage")
public record UsageResponse(
    @Schema(description = "All tokens sent to a model, cached ones included")
        @Nullable Long inputTokens,
    @Schema(description = "The input tokens that came from a cache")
        @Nullable Long cachedInputTokens,
    @Nullable Long outputTokens,
    @Schema(description = "How often a model answered") @Nullable Long turns,
    @Schema(description = "In US dollars; absent if it is not known")
        @Nullable BigDecimal costUsd) {}
