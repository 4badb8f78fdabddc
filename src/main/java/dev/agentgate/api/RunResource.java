package dev.agentgate.api;

import dev.agentgate.queue.WorkOrderService;
import dev.agentgate.wire.RunResponse;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Shows runs. */
@Path("/runs")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Runs")
@APIResponse(ref = "Unauthenticated", responseCode = "401")
@APIResponse(ref = "Forbidden", responseCode = "403")
@APIResponse(ref = "NotAcceptable", responseCode = "406")
public class RunResource {
  private final WorkOrderService orders;

  @Inject
  RunResource(WorkOrderService orders) {
    this.orders = orders;
  }

  @GET
  @Path("/{id}")
  @Operation(
      operationId = "getRun",
      summary = "Show a run",
      description = "Needs the role `viewer`.")
  @APIResponse(
      responseCode = "200",
      description = "The run",
      content = @Content(schema = @Schema(implementation = RunResponse.class)))
  @APIResponse(ref = "NotFound", responseCode = "404")
  public RunResponse get(@Parameter(example = PathIds.RUN) @PathParam("id") String id) {
    return WireRecords.of(orders.run(PathIds.run(id)));
  }
}
