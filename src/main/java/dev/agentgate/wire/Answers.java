package dev.agentgate.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The short answers and the lists. */
public final class Answers {
  private Answers() {}

  /** A page of work orders, newest first. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(
      name = "WorkOrderList",
      requiredProperties = {"items", "total", "limit", "hasMore"})
  public record WorkOrderPage(
      List<WorkOrderResponse> items,
      @Schema(description = "How many orders match in all") long total,
      int limit,
      @Schema(description = "The `cursor` of the next page; absent on the last one")
          @Nullable String nextCursor,
      boolean hasMore) {}

  /** The runs of an order. */
  @Schema(name = "RunList", requiredProperties = "items")
  public record Runs(List<RunResponse> items) {}

  /** The result of a cancel. */
  @Schema(
      name = "CancelResult",
      requiredProperties = {"success", "killed", "survivors", "durationMs"})
  public record CancelResult(
      boolean success,
      @Schema(description = "Whether there was a live process") boolean killed,
      @Schema(description = "Processes of the run that are still alive", examples = "0")
          int survivors,
      @Schema(description = "Until the process tree was gone", examples = "12") long durationMs) {}

  /** The result of a kill. */
  @Schema(
      name = "KillResult",
      requiredProperties = {"success", "force", "survivors", "durationMs"})
  public record KillResult(
      @Schema(description = "False only if something survived") boolean success,
      boolean force,
      @Schema(description = "Processes of the run that are still alive", examples = "0")
          int survivors,
      @Schema(description = "Until the process tree was gone", examples = "12") long durationMs) {}

  /** The result of deleting one order: {@code cancelled} without purge, {@code purged} with it. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(name = "DeleteResult", requiredProperties = "success")
  public record DeleteResult(
      boolean success,
      @Schema(description = "Present without `purge=true`") @Nullable Boolean cancelled,
      @Schema(description = "Present with `purge=true`") @Nullable Boolean purged) {}

  /** The result of a batch purge, or of its dry run. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(
      name = "PurgeResult",
      requiredProperties = {"success", "purged"})
  public record PurgeResult(
      @Schema(description = "False only if a matching order could not be purged") boolean success,
      @Schema(description = "How many orders were removed") long purged,
      @Schema(description = "How many would be; present with `dryRun=true`")
          @Nullable Long wouldPurge,
      @Schema(description = "How many matching orders could not be purged; absent if none")
          @Nullable Long notPurged,
      @Schema(description = "Why they could not be purged, for at most 100 of them; absent if none")
          @Nullable List<BulkAnswers.Failure> failures) {}

  /** The result of requesting a run. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(
      name = "RunRequestResult",
      requiredProperties = {"success", "started"})
  public record RunRequestResult(
      boolean success,
      @Schema(description = "Whether it started at once; otherwise it waits for a slot")
          boolean started,
      @Schema(description = "Present if it started") @Nullable String runId) {}

  /** The configured types of agent, sorted. */
  @Schema(name = "AgentList", requiredProperties = "items")
  public record Agents(List<AgentResponse> items) {}

  /** The instances of the service, sorted by id. */
  @Schema(
      name = "InstanceList",
      requiredProperties = {"items", "shared"})
  public record Instances(
      List<InstanceResponse> items,
      @Schema(description = "Whether several instances may share the orders, in a database")
          boolean shared) {}

  /** What runs used, sorted by key. */
  @Schema(name = "UsageReport", requiredProperties = "items")
  public record UsageReport(List<UsageLine> items) {}

  /** Whether the queue is paused now. */
  @Schema(
      name = "PauseResult",
      requiredProperties = {"success", "paused"})
  public record PauseResult(boolean success, boolean paused) {}
}
