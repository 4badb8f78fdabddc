package dev.agentgate.api;

import dev.agentgate.queue.WorkOrderService;
import dev.agentgate.wire.Answers;
import dev.agentgate.workorder.RunId;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;

/** Requests runs of a work order, and lists them. */
@Path("/work-orders/{id}/runs")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Work orders")
@APIResponse(ref = "Unauthenticated", responseCode = "401")
@APIResponse(ref = "Forbidden", responseCode = "403")
@APIResponse(ref = "NotAcceptable", responseCode = "406")
public class WorkOrderRunsResource {
  private final WorkOrderService orders;

  @Inject
  WorkOrderRunsResource(WorkOrderService orders) {
    this.orders = orders;
  }

  @POST
  @ResponseStatus(202)
  @Operation(
      operationId = "requestRun",
      summary = "Ask for a run",
      description =
          "A queued order starts now if a slot is free, else it goes to the head of the queue; an"
              + " order at rest is queued for a new attempt. Needs the role `operator`.")
  @APIResponse(
      responseCode = "202",
      description = "It started, or it waits",
      content = @Content(schema = @Schema(implementation = Answers.RunRequestResult.class)))
  @APIResponse(ref = "NotFound", responseCode = "404")
  @APIResponse(ref = "Conflict", responseCode = "409")
  @APIResponse(ref = "QueueFull", responseCode = "429")
  @APIResponse(ref = "Unavailable", responseCode = "503")
  public Answers.RunRequestResult requestRun(
      @Parameter(example = PathIds.WORK_ORDER) @PathParam("id") String id) {
    Optional<RunId> run = orders.requestRun(PathIds.workOrder(id));
    return new Answers.RunRequestResult(true, run.isPresent(), run.map(RunId::value).orElse(null));
  }

  @GET
  @Operation(
      operationId = "listRuns",
      summary = "List the runs of a work order, newest first",
      description = "Needs the role `viewer`.")
  @APIResponse(
      responseCode = "200",
      description = "Its runs",
      content = @Content(schema = @Schema(implementation = Answers.Runs.class)))
  @APIResponse(ref = "NotFound", responseCode = "404")
  public Answers.Runs runs(@Parameter(example = PathIds.WORK_ORDER) @PathParam("id") String id) {
    return new Answers.Runs(
        orders.runs(PathIds.workOrder(id)).stream().map(WireRecords::of).toList());
  }
}
