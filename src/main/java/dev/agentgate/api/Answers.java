package dev.agentgate.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.agentgate.execution.StopReport;
import dev.agentgate.queue.RunView;
import dev.agentgate.workorder.RunId;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The short answers and the lists. */
final class Answers {
  private Answers() {}

  /** How the OpenAPI document describes what {@link WorkOrderPageJson} writes. */
  @Schema(
      name = "WorkOrderList",
      requiredProperties = {"items", "total", "limit", "hasMore"})
  record WorkOrderPage(
      List<WorkOrderResponse> items,
      @Schema(description = "How many orders match in all") long total,
      int limit,
      @Schema(description = "The `cursor` of the next page; absent on the last one")
          @Nullable String nextCursor,
      boolean hasMore) {}

  /** The runs of an order. */
  @RegisterForReflection
  @Schema(name = "RunList", requiredProperties = "items")
  record Runs(List<RunResponse> items) {
    static Runs of(List<RunView> runs) {
      return new Runs(runs.stream().map(RunResponse::of).toList());
    }
  }

  /** What a cancel did. */
  @RegisterForReflection
  @Schema(
      name = "CancelResult",
      requiredProperties = {"success", "killed", "survivors", "durationMs"})
  record CancelResult(
      boolean success,
      @Schema(description = "Whether there was a live process") boolean killed,
      @Schema(description = "Processes of the run that still live", examples = "0") int survivors,
      @Schema(description = "Until the process tree was gone", examples = "12") long durationMs) {

    static CancelResult of(StopReport report) {
      return new CancelResult(
          report.survivors() == 0, report.killed(), report.survivors(), report.took().toMillis());
    }
  }

  /** What a kill did. */
  @RegisterForReflection
  @Schema(
      name = "KillResult",
      requiredProperties = {"success", "force", "survivors", "durationMs"})
  record KillResult(
      @Schema(description = "False only if something survived") boolean success,
      boolean force,
      @Schema(description = "Processes of the run that still live", examples = "0") int survivors,
      @Schema(description = "Until the process tree was gone", examples = "12") long durationMs) {

    static KillResult of(StopReport report, boolean force) {
      return new KillResult(
          report.survivors() == 0, force, report.survivors(), report.took().toMillis());
    }
  }

  /** What a delete of one order did: {@code cancelled} without purge, {@code purged} with it. */
  @RegisterForReflection
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(name = "DeleteResult", requiredProperties = "success")
  record DeleteResult(
      boolean success,
      @Schema(description = "There without `purge=true`") @Nullable Boolean cancelled,
      @Schema(description = "There with `purge=true`") @Nullable Boolean purged) {

    static DeleteResult ofCancel(StopReport report) {
      return new DeleteResult(report.survivors() == 0, true, null);
    }

    static DeleteResult ofPurge() {
      return new DeleteResult(true, null, true);
    }
  }

  /** What a batch purge did, or would do. */
  @RegisterForReflection
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(
      name = "PurgeResult",
      requiredProperties = {"success", "purged"})
  record PurgeResult(
      boolean success,
      @Schema(description = "How many orders were removed") long purged,
      @Schema(description = "How many would be; there with `dryRun=true`")
          @Nullable Long wouldPurge) {

    static PurgeResult of(long count, boolean dryRun) {
      return dryRun ? new PurgeResult(true, 0, count) : new PurgeResult(true, count, null);
    }
  }

  /** What became of the wish for a run. */
  @RegisterForReflection
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(
      name = "RunRequestResult",
      requiredProperties = {"success", "started"})
  record RunRequestResult(
      boolean success,
      @Schema(description = "Whether it started at once; else it waits for a slot") boolean started,
      @Schema(description = "There if it started") @Nullable String runId) {

    static RunRequestResult of(Optional<RunId> run) {
      return new RunRequestResult(true, run.isPresent(), run.map(RunId::value).orElse(null));
    }
  }

  /** Whether the queue is paused now. */
  @RegisterForReflection
  @Schema(
      name = "PauseResult",
      requiredProperties = {"success", "paused"})
  record PauseResult(boolean success, boolean paused) {}
}
