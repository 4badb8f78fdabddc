package dev.agentgate.api;

import dev.agentgate.queue.QueueHealthCheck;
import dev.agentgate.queue.WorkOrderService;
import dev.agentgate.wire.Answers;
import dev.agentgate.wire.QueueHealthResponse;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Shows and pauses the queue. */
@Path("/queue")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Queue")
@APIResponse(ref = "Unauthenticated", responseCode = "401")
@APIResponse(ref = "Forbidden", responseCode = "403")
@APIResponse(ref = "NotAcceptable", responseCode = "406")
public class QueueResource {
  private final WorkOrderService orders;
  private final QueueHealthCheck health;

  @Inject
  QueueResource(WorkOrderService orders, QueueHealthCheck health) {
    this.orders = orders;
    this.health = health;
  }

  @GET
  @Path("/health")
  @Operation(
      operationId = "getQueueHealth",
      summary = "What runs, what waits, and what an operator must know",
      description = "Costs the same with ten orders as with a million. Needs the role `viewer`.")
  @APIResponse(
      responseCode = "200",
      description = "The state of the queue",
      content = @Content(schema = @Schema(implementation = QueueHealthResponse.class)))
  public QueueHealthResponse health() {
    return WireRecords.of(health.look());
  }

  @POST
  @Path("/pause")
  @Operation(
      operationId = "pauseQueue",
      summary = "Pause the queue: start nothing new",
      description =
          "Running orders continue; the pause survives a restart. Needs the role `admin`.")
  @APIResponse(
      responseCode = "200",
      description = "It is paused",
      content = @Content(schema = @Schema(implementation = Answers.PauseResult.class)))
  @APIResponse(ref = "Unavailable", responseCode = "503")
  public Answers.PauseResult pause() {
    orders.pause();
    return new Answers.PauseResult(true, true);
  }

  @POST
  @Path("/resume")
  @Operation(
      operationId = "resumeQueue",
      summary = "Resume the queue: start what waits",
      description = "Needs the role `admin`.")
  @APIResponse(
      responseCode = "200",
      description = "It is no longer paused",
      content = @Content(schema = @Schema(implementation = Answers.PauseResult.class)))
  @APIResponse(ref = "Unavailable", responseCode = "503")
  public Answers.PauseResult resume() {
    orders.resume();
    return new Answers.PauseResult(true, false);
  }
}
