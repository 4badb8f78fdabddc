package dev.agentgate.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** An instance of the service as clients see it. */
@Schema(
    name = "Instance",
    requiredProperties = {
      "id",
      "version",
      "startedAt",
      "lastSeen",
      "slots",
      "running",
      "draining",
      "alive"
    })
@JsonInclude(JsonInclude.Include.NON_NULL)
public record InstanceResponse(
    @Schema(examples = "agentgate-0") String id,
    @Schema(description = "Empty until the instance has reported it") String version,
    @Schema(description = "When it opened the store") Instant startedAt,
    @Schema(description = "When the others last heard from it") Instant lastSeen,
    @Schema(description = "The most orders that it runs at the same time") int slots,
    @Schema(
            description =
                "How many orders it is running; if it is not alive, how many of its orders have not"
                    + " been taken over")
        int running,
    @Schema(description = "Whether it is being stopped and starts nothing more") boolean draining,
    @Schema(
            description =
                "Whether its lease is still valid; once it has ended, other instances take over its orders")
        boolean alive,
    @Schema(
            description =
                "When its lease ends unless it is renewed, by the clock of `lastSeen`; absent"
                    + " without a database")
        @Nullable Instant leaseUntil) {}
