package dev.agentgate.api;

import dev.agentgate.api.access.Endpoint;
import dev.agentgate.api.stream.AnswerBudget;
import dev.agentgate.execution.StopReport;
import dev.agentgate.queue.SubmitOrder;
import dev.agentgate.queue.WorkOrderService;
import dev.agentgate.queue.WorkOrderService.Submitted;
import dev.agentgate.wire.Answers;
import dev.agentgate.wire.SubmitRequest;
import dev.agentgate.wire.WorkOrderResponse;
import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
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
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;

/**
 * Submits, shows and stops single work orders.
 *
 * <p>A caller who hangs up changes nothing. The virtual thread of a request is not interrupted when
 * its connection closes, so a cancel continues to its end.
 */
@Path("/work-orders")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Work orders")
@APIResponse(ref = "Unauthenticated", responseCode = "401")
@APIResponse(ref = "Forbidden", responseCode = "403")
@APIResponse(ref = "NotAcceptable", responseCode = "406")
public class WorkOrderResource {
  private final WorkOrderService orders;
  private final int maxBodySize;
  private final AnswerBudget budget;

  @Inject
  WorkOrderResource(
      WorkOrderService orders,
      AnswerBudget budget,
      @ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize maxBodySize) {
    this.orders = orders;
    this.budget = budget;
    this.maxBodySize = Math.toIntExact(maxBodySize.asLongValue());
  }

  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      operationId = "submitWorkOrder",
      summary = "Submit a work order",
      description = "When this answers 201, the order is on disk. Needs the role `operator`.")
  @Parameter(
      name = "Idempotency-Key",
      in = ParameterIn.HEADER,
      description =
          "The same key with the same body is answered with the first work order and 200; with"
              + " another body, with 409",
      schema = @Schema(type = SchemaType.STRING, pattern = SubmitRequest.IDEMPOTENCY_KEY))
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = SubmitRequest.class),
              examples =
                  @ExampleObject(
                      name = "GitHub",
                      value =
                          """
                          {"taskPrompt": "Fix the login bug",
                           "workspaceSource": {"repo": "acme/shop"},
                           "config": {"maxTime": "30m"}}
                          """)))
  @APIResponse(
      responseCode = "201",
      description = "The new work order",
      headers =
          @Header(
              name = "Location",
              description = "The path of the work order",
              schema = @Schema(type = SchemaType.STRING)),
      content = @Content(schema = @Schema(implementation = WorkOrderResponse.class)))
  @APIResponse(
      responseCode = "200",
      description = "The first work order under this idempotency key",
      content = @Content(schema = @Schema(implementation = WorkOrderResponse.class)))
  @APIResponse(ref = "Invalid", responseCode = "400")
  @APIResponse(ref = "TooSlow", responseCode = "408")
  @APIResponse(ref = "Conflict", responseCode = "409")
  @APIResponse(ref = "TooLarge", responseCode = "413")
  @APIResponse(ref = "UnsupportedMediaType", responseCode = "415")
  @APIResponse(ref = "QueueFull", responseCode = "429")
  @APIResponse(ref = "Unavailable", responseCode = "503")
  public RestResponse<WorkOrderResponse> submit(
      @Context HttpHeaders headers, @Parameter(hidden = true) InputStream body) {
    RequestJson.requirePlain(headers);
    SubmitOrder request =
        SubmitBody.read(
            RequestJson.readObject(body, maxBodySize),
            headers.getRequestHeader("Idempotency-Key"),
            orders::faults);
    Submitted submitted = orders.submit(request);
    WorkOrderResponse order = WireRecords.of(submitted.order());
    // As text, because JAX-RS would put the Host in front of a URI, and a proxy may have changed
    // the Host.
    return RestResponse.ResponseBuilder.create(
            submitted.created() ? RestResponse.Status.CREATED : RestResponse.Status.OK, order)
        .header(HttpHeaders.LOCATION, Endpoint.BASE + "/work-orders/" + order.id())
        .build();
  }

  @GET
  @Path("/{id}")
  @Operation(
      operationId = "getWorkOrder",
      summary = "Show a work order",
      description = "Needs the role `viewer`.")
  @APIResponse(
      responseCode = "200",
      description = "The work order",
      content = @Content(schema = @Schema(implementation = WorkOrderResponse.class)))
  @APIResponse(ref = "NotFound", responseCode = "404")
  @APIResponse(ref = "Unavailable", responseCode = "503")
  public WorkOrderResponse get(
      @Parameter(example = PathIds.WORK_ORDER) @PathParam("id") String id) {
    WorkOrderResponse order = WireRecords.of(orders.get(PathIds.workOrder(id)));
    budget.requireRoom(order.taskPrompt().length());
    return order;
  }

  @POST
  @Path("/{id}/cancel")
  @Operation(
      operationId = "cancelWorkOrder",
      summary = "Cancel a queued or running work order",
      description =
          "SIGTERM, up to the kill grace, then SIGKILL; the answer comes when the process tree is"
              + " gone. A caller who hangs up changes nothing. Needs the role `operator`.")
  @APIResponse(
      responseCode = "200",
      description = "It is cancelled and its slot is free",
      content = @Content(schema = @Schema(implementation = Answers.CancelResult.class)))
  @APIResponse(ref = "NotFound", responseCode = "404")
  @APIResponse(ref = "Conflict", responseCode = "409")
  @APIResponse(ref = "Unavailable", responseCode = "503")
  public Answers.CancelResult cancel(
      @Parameter(example = PathIds.WORK_ORDER) @PathParam("id") String id) {
    return WireRecords.cancelled(orders.cancel(PathIds.workOrder(id)));
  }

  @POST
  @Path("/{id}/kill")
  @Operation(
      operationId = "killWorkOrder",
      summary = "Kill a running work order",
      description =
          "The same as cancel, but the order fails, with `error` `Force killed by user`. It"
              + " overtakes a cancel that still waits out its grace. Needs the role `admin`.")
  @APIResponse(
      responseCode = "200",
      description = "It has failed and its slot is free",
      content = @Content(schema = @Schema(implementation = Answers.KillResult.class)))
  @APIResponse(ref = "Invalid", responseCode = "400")
  @APIResponse(ref = "NotFound", responseCode = "404")
  @APIResponse(ref = "Unavailable", responseCode = "503")
  public Answers.KillResult kill(
      @Parameter(example = PathIds.WORK_ORDER) @PathParam("id") String id,
      @Parameter(
              description = "SIGKILL at once",
              schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "false"))
          @QueryParam("force")
          List<String> force) {
    boolean atOnce = QueryParameters.flag("force", force);
    return WireRecords.killed(orders.kill(PathIds.workOrder(id), atOnce), atOnce);
  }

  @DELETE
  @Path("/{id}")
  @Operation(
      operationId = "deleteWorkOrder",
      summary = "Cancel a work order, or remove it for good",
      description =
          "Without `purge=true`, the same as cancel (role `operator`). With it: cancels first if"
              + " needed, waits for the process tree to be gone, then removes the order, its"
              + " runs, logs and workspaces (role `admin`).")
  @APIResponse(
      responseCode = "200",
      description = "It is cancelled, or gone",
      content = @Content(schema = @Schema(implementation = Answers.DeleteResult.class)))
  @APIResponse(ref = "Invalid", responseCode = "400")
  @APIResponse(ref = "NotFound", responseCode = "404")
  @APIResponse(ref = "Conflict", responseCode = "409")
  @APIResponse(ref = "Unavailable", responseCode = "503")
  public Answers.DeleteResult delete(
      @Parameter(example = PathIds.WORK_ORDER) @PathParam("id") String id,
      @Parameter(
              description = "Remove it for good",
              schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "false"))
          @QueryParam("purge")
          List<String> purge,
      @Context UriInfo uri) {
    QueryParameters.refuseUnknown(uri.getQueryParameters(), "purge");
    if (!QueryParameters.flag("purge", purge)) {
      StopReport stopped = orders.cancel(PathIds.workOrder(id));
      return new Answers.DeleteResult(stopped.survivors() == 0, true, null);
    }
    orders.purge(PathIds.workOrder(id));
    return new Answers.DeleteResult(true, null, true);
  }
}
