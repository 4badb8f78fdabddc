package dev.agentgate.api;

import dev.agentgate.api.access.Endpoint;
import dev.agentgate.api.problem.ApiException;
import dev.agentgate.queue.BatchSubmission;
import dev.agentgate.queue.BulkActions;
import dev.agentgate.queue.BulkResult;
import dev.agentgate.queue.WorkOrderService;
import dev.agentgate.store.WorkOrderFilter;
import dev.agentgate.wire.BulkAnswers;
import dev.agentgate.wire.BulkAnswers.BatchRequest;
import dev.agentgate.wire.BulkAnswers.BatchResult;
import dev.agentgate.workorder.AgentGateException;
import dev.agentgate.workorder.WorkOrderStatus;
import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.io.InputStream;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;
import org.jspecify.annotations.Nullable;

/**
 * Submits many work orders at once, requests their runs, and cancels them.
 *
 * <p>A caller who hangs up changes nothing: an action goes on to its end.
 */
@Path("/work-orders")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Work orders")
@APIResponse(ref = "Unauthenticated", responseCode = "401")
@APIResponse(ref = "Forbidden", responseCode = "403")
@APIResponse(ref = "NotAcceptable", responseCode = "406")
public class BulkResource {
  private final WorkOrderService orders;
  private final BatchSubmission batches;
  private final BulkActions actions;
  private final int maxBodySize;

  @Inject
  BulkResource(
      WorkOrderService orders,
      BatchSubmission batches,
      BulkActions actions,
      @ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize maxBodySize) {
    this.orders = orders;
    this.batches = batches;
    this.actions = actions;
    this.maxBodySize = Math.toIntExact(maxBodySize.asLongValue());
  }

  @POST
  @Path("/batch")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      operationId = "submitWorkOrders",
      summary = "Submit up to 1,000 work orders at once",
      description =
          "Each order stands alone: it is accepted or refused as a submit of it alone would be, and"
              + " may have an `idempotencyKey` of its own. When this answers 200, all accepted"
              + " orders are on disk. If the answer is an error, no order of the batch was"
              + " accepted. The body may be as large as that of a single submit, 4 MiB. Needs"
              + " the role `operator`.")
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = BatchRequest.class),
              examples =
                  @ExampleObject(
                      name = "Two orders",
                      value =
                          """
                          {"items": [
                            {"taskPrompt": "Fix the login bug", "workspaceSource": {"repo": "acme/shop"},
                             "idempotencyKey": "login-1"},
                            {"taskPrompt": "Update the README", "workspaceSource": {"repo": "acme/docs"}}]}
                          """)))
  @APIResponse(
      responseCode = "200",
      description = "What became of each order",
      content = @Content(schema = @Schema(implementation = BatchResult.class)))
  @APIResponse(ref = "Invalid", responseCode = "400")
  @APIResponse(ref = "TooSlow", responseCode = "408")
  @APIResponse(ref = "TooLarge", responseCode = "413")
  @APIResponse(ref = "UnsupportedMediaType", responseCode = "415")
  @APIResponse(ref = "Unavailable", responseCode = "503")
  public BatchResult submit(
      @Context HttpHeaders headers, @Parameter(hidden = true) InputStream body) {
    RequestJson.requirePlain(headers);
    if (!headers.getRequestHeader("Idempotency-Key").isEmpty()) {
      throw ApiException.invalid(
          "A batch has no Idempotency-Key; give each order an idempotencyKey of its own");
    }
    BatchBody batch =
        BatchBody.read(
            RequestJson.readBatch(body, maxBodySize),
            Endpoint.BASE + Endpoint.SUBMIT_BATCH.path(),
            orders::faults);
    return new BatchResult(batch.submitTo(batches));
  }

  @POST
  @Path("/runs")
  @ResponseStatus(202)
  @Operation(
      operationId = "requestRuns",
      summary = "Ask for a run of every work order that matches",
      description =
          "Waiting orders go to the head of the queue; finished orders are queued for a new"
              + " attempt, the oldest of the same priority first. An unknown parameter is"
              + " refused. Needs the role `operator`.")
  @APIResponse(
      responseCode = "202",
      description = "They are queued; with `dryRun=true` nothing changed",
      content = @Content(schema = @Schema(implementation = BulkAnswers.RunResult.class)))
  @APIResponse(ref = "Invalid", responseCode = "400")
  @APIResponse(ref = "QueueFull", responseCode = "429")
  @APIResponse(ref = "Unavailable", responseCode = "503")
  public BulkAnswers.RunResult requestRuns(
      @BeanParam FilterParameters filter,
      @Parameter(
              description = "Only say how many there are",
              schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "false"))
          @QueryParam("dryRun")
          List<String> dryRun,
      @Context UriInfo uri) {
    FilterParameters.check(uri.getQueryParameters(), "dryRun");
    WorkOrderFilter matching = filter.filterOfAction("Status filter required for bulk runs");
    if (matching.statuses().contains(WorkOrderStatus.RUNNING)) {
      throw ApiException.invalid("status must not be running: such orders have a run already");
    }
    if (QueryParameters.flag("dryRun", dryRun)) {
      return new BulkAnswers.RunResult(true, 0, actions.count(matching), null, List.of(), null);
    }
    BulkResult result = actions.requestRuns(matching);
    return new BulkAnswers.RunResult(
        result.success(),
        result.done(),
        null,
        result.failed() == 0 ? null : result.failed(),
        failures(result),
        error(result));
  }

  @POST
  @Path("/cancel")
  @Operation(
      operationId = "cancelWorkOrders",
      summary = "Cancel every work order that matches",
      description =
          "The answer comes when the process trees of all of them are gone; several are stopped at"
              + " a time. An unknown parameter is refused. Needs the role `operator`.")
  @APIResponse(
      responseCode = "200",
      description = "They are cancelled; with `dryRun=true` nothing changed",
      content = @Content(schema = @Schema(implementation = BulkAnswers.CancelResult.class)))
  @APIResponse(ref = "Invalid", responseCode = "400")
  @APIResponse(ref = "Unavailable", responseCode = "503")
  public BulkAnswers.CancelResult cancel(
      @BeanParam FilterParameters filter,
      @Parameter(
              description = "Only say how many there are",
              schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "false"))
          @QueryParam("dryRun")
          List<String> dryRun,
      @Context UriInfo uri) {
    FilterParameters.check(uri.getQueryParameters(), "dryRun");
    WorkOrderFilter matching = filter.filterOfAction("Status filter required for bulk cancel");
    if (matching.statuses().stream().anyMatch(WorkOrderStatus::isTerminal)) {
      throw ApiException.invalid("status must be queued or running: other orders are finished");
    }
    if (QueryParameters.flag("dryRun", dryRun)) {
      return new BulkAnswers.CancelResult(
          true, 0, actions.count(matching), null, null, List.of(), null);
    }
    BulkResult result = actions.cancel(matching);
    return new BulkAnswers.CancelResult(
        result.success(),
        result.done(),
        null,
        result.survivors() == 0 ? null : result.survivors(),
        result.failed() == 0 ? null : result.failed(),
        failures(result),
        error(result));
  }

  private static List<BulkAnswers.Failure> failures(BulkResult result) {
    return result.failures().stream().map(WireRecords::of).toList();
  }

  private static @Nullable String error(BulkResult result) {
    return result.stopped().map(AgentGateException::getMessage).orElse(null);
  }
}
