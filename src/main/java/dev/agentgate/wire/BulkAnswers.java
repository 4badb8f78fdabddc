package dev.agentgate.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The requests and answers about many orders at once. */
public final class BulkAnswers {
  private BulkAnswers() {}

  /** The body of a batch. */
  @Schema(name = "SubmitBatch", requiredProperties = "items")
  public record BatchRequest(
      @Schema(minItems = 1, maxItems = BatchRequest.MOST_ITEMS) List<SubmitRequest> items) {
    public static final int MOST_ITEMS = 1_000;
  }

  /** What became of each order of a batch. */
  @Schema(name = "BatchResult", requiredProperties = "items")
  public record BatchResult(
      @Schema(description = "One for each order, in the same sequence") List<BatchItem> items) {}

  /** What became of one order of a batch: {@code workOrder} if it was taken, or {@code problem}. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(name = "BatchItem", requiredProperties = "status")
  public record BatchItem(
      @Schema(
              description =
                  "What a submit of this order alone would have answered: 201 for a new order, 200"
                      + " for the first one under its idempotency key, or the status of the problem",
              examples = "201")
          int status,
      @Nullable WorkOrderResponse workOrder,
      @Nullable Problem problem) {}

  /** The result of requesting runs of many orders, or of its dry run. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(
      name = "BulkRunResult",
      requiredProperties = {"success", "queued"})
  public record RunResult(
      @Schema(description = "False if an order that matched was not queued") boolean success,
      @Schema(description = "How many orders were queued") long queued,
      @Schema(description = "How many would be; present with `dryRun=true`")
          @Nullable Long wouldQueue,
      @Schema(description = "How many orders could not be queued, if any") @Nullable Long failed,
      @Schema(description = "The first of these") @JsonInclude(JsonInclude.Include.NON_EMPTY)
          List<Failure> failures,
      @Schema(description = "Why not all orders were reached; absent if all were")
          @Nullable String error) {
    public RunResult {
      failures = List.copyOf(Objects.requireNonNullElse(failures, List.of()));
    }
  }

  /** The result of cancelling many orders, or of its dry run. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(
      name = "BulkCancelResult",
      requiredProperties = {"success", "cancelled"})
  public record CancelResult(
      @Schema(description = "False if an order that matched was not cancelled") boolean success,
      @Schema(description = "How many orders were cancelled") long cancelled,
      @Schema(description = "How many would be; present with `dryRun=true`")
          @Nullable Long wouldCancel,
      @Schema(description = "Processes of the runs that are still alive, if any")
          @Nullable Integer survivors,
      @Schema(description = "How many orders could not be cancelled, if any") @Nullable Long failed,
      @Schema(description = "The first of these") @JsonInclude(JsonInclude.Include.NON_EMPTY)
          List<Failure> failures,
      @Schema(description = "Why not all orders were reached; absent if all were")
          @Nullable String error) {
    public CancelResult {
      failures = List.copyOf(Objects.requireNonNullElse(failures, List.of()));
    }
  }

  /** An order that matched and could not be changed. */
  @Schema(
      name = "BulkFailure",
      requiredProperties = {"workOrderId", "error"})
  public record Failure(
      @Schema(examples = "wo_01K9Z4J0W3V7S5T8Q2N6M4B1CD") String workOrderId,
      @Schema(description = "Why the order was left as it is, for people") String error) {}
}
