package dev.agentgate.api;

import dev.agentgate.queue.WorkOrderService;
import dev.agentgate.wire.Answers;
import dev.agentgate.wire.FollowUpRequest;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrderId;
import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.io.InputStream;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
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
  private final int maxBodySize;

  @Inject
  WorkOrderRunsResource(
      WorkOrderService orders,
      @ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize maxBodySize) {
    this.orders = orders;
    this.maxBodySize = Math.toIntExact(maxBodySize.asLongValue());
  }

  @POST
  @ResponseStatus(202)
  @Operation(
      operationId = "requestRun",
      summary = "Ask for a run",
      description =
          "A queued order starts now if a slot is free, otherwise it goes to the head of the queue. A"
              + " finished order is queued for a new attempt. With a `taskPrompt`, the new run of a"
              + " finished order continues in the workspace of the last run and, if the agent can"
              + " resume, in its session; `409` if the order is not finished or that workspace is"
              + " gone. Needs the role `operator`.")
  @RequestBody(
      description = "Optional: a follow-up",
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = FollowUpRequest.class)))
  @APIResponse(
      responseCode = "202",
      description = "It started, or it waits",
      content = @Content(schema = @Schema(implementation = Answers.RunRequestResult.class)))
  @APIResponse(ref = "NotFound", responseCode = "404")
  @APIResponse(ref = "Conflict", responseCode = "409")
  @APIResponse(ref = "QueueFull", responseCode = "429")
  @APIResponse(ref = "Unavailable", responseCode = "503")
  public Answers.RunRequestResult requestRun(
      @Parameter(example = PathIds.WORK_ORDER) @PathParam("id") String id,
      @Parameter(hidden = true) InputStream body) {
    WorkOrderId order = PathIds.workOrder(id);
    Optional<String> followUp = FollowUpBody.prompt(body, maxBodySize);
    Optional<RunId> run = followUp.isPresent() ? Optional.empty() : orders.requestRun(order);
    followUp.ifPresent(prompt -> orders.followUp(order, prompt));
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
