package dev.agentgate.wire;

import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** An instance of the service as clients see it. */
@Schema(
    name = "Instance",
    requiredProperties = {"id", "version", "startedAt", "lastSeen", "slots", "running", "draining"})
public record InstanceResponse(
    @Schema(examples = "agentgate-0") String id,
    @Schema(description = "Empty until the instance has told it") String version,
    @Schema(description = "When it opened the store") Instant startedAt,
    @Schema(description = "When the others last heard of it") Instant lastSeen,
    @Schema(description = "How many orders it runs at the same time at most") int slots,
    @Schema(description = "How many orders it is running") int running,
    @Schema(description = "Whether it is being stopped and starts nothing more")
        boolean draining) {}
