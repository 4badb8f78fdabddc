package dev.agentgate.api;

import dev.agentgate.api.stream.ClientStream;
import dev.agentgate.api.stream.SseText;
import dev.agentgate.queue.EventHistory;
import dev.agentgate.queue.EventHistory.Step;
import dev.agentgate.queue.StatusEvent;
import dev.agentgate.workorder.WorkOrderId;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/**
 * Streams the changes of work orders as they happen. A listener is a virtual thread with a position
 * in the one history. It holds at most one event, and is dropped if its client reads nothing for
 * half a minute.
 */
@Path("/events")
@Produces(MediaType.SERVER_SENT_EVENTS)
@RunOnVirtualThread
@Tag(name = "Events")
@APIResponse(ref = "Unauthenticated", responseCode = "401")
@APIResponse(ref = "Forbidden", responseCode = "403")
@APIResponse(ref = "NotAcceptable", responseCode = "406")
public class EventsResource {
  private static final Duration HEARTBEAT = Duration.ofSeconds(15);

  private final EventHistory history;

  @Inject
  EventsResource(EventHistory history) {
    this.history = history;
  }

  @GET
  @Operation(
      operationId = "streamEvents",
      summary = "Follow the changes of work orders",
      description =
          "Server-sent events: a `work-order` for each change of a status, those of one order in"
              + " sequence. Without `Last-Event-ID` the stream begins now; with it, after that"
              + " event. The last 10,000 events are kept until the service restarts. When some"
              + " may be missing (the id is older, from an earlier start of the service, or"
              + " unknown; or the client reads too slowly), a `reset` comes first: read the list"
              + " of work orders again; the later events follow. To get a state and every later"
              + " change, connect first, then read the list. A comment is sent every 15 seconds,"
              + " with the current id; a client that reads nothing for 30 seconds is dropped."
              + " The removal of an order is not a change of its status. Needs the role"
              + " `viewer`.")
  @APIResponse(
      responseCode = "200",
      description = "The events, without end",
      content =
          @Content(
              mediaType = MediaType.SERVER_SENT_EVENTS,
              schema = @Schema(type = SchemaType.STRING),
              examples =
                  @ExampleObject(
                      name = "events",
                      value =
                          "id: 1k3v9x0c2m4q5-42\nevent: work-order\n"
                              + "data: {\"workOrderId\":\"wo_01K9Z4J0W3V7S5T8Q2N6M4B1CD\","
                              + "\"status\":\"failed\",\"previousStatus\":\"running\",\"attempt\":1,"
                              + "\"runId\":\"run_01K9Z4J1W3V7S5T8Q2N6M4B1CD\","
                              + "\"failureReason\":\"timeout\","
                              + "\"at\":\"2026-03-01T10:00:00.123Z\",\"revision\":3}\n\n"
                              + "id: 1k3v9x0c2m4q5-42\nevent: reset\ndata: {}\n\n")))
  @APIResponse(ref = "Invalid", responseCode = "400")
  public Response stream(
      @Parameter(
              description = "Only the events of this order",
              schema = @Schema(type = SchemaType.STRING))
          @QueryParam("workOrderId")
          List<String> workOrderId,
      @Parameter(description = "The id of the last event that was seen")
          @HeaderParam("Last-Event-ID")
          @Nullable String lastEventId,
      @Context HttpServerRequest request) {
    Optional<WorkOrderId> workOrder = QueryParameters.workOrderId(workOrderId);
    Optional<String> after = Optional.ofNullable(lastEventId).filter(id -> !id.isBlank());
    EventHistory.Reader reader = history.read(after, workOrder);
    return ClientStream.events(request, stream -> follow(reader, stream));
  }

  /** Answers HEAD: the stream exists, and has no length because it has no end. */
  @HEAD
  @Operation(hidden = true)
  public Response head(@QueryParam("workOrderId") List<String> workOrderId) {
    var _ = QueryParameters.workOrderId(workOrderId);
    return Response.ok().type(MediaType.SERVER_SENT_EVENTS_TYPE).build();
  }

  private static void follow(EventHistory.Reader reader, ClientStream stream)
      throws IOException, InterruptedException {
    // Tells a client that is cut off before the first event where to resume.
    stream.send(SseText.position(reader.id()));
    while (true) {
      switch (reader.next(HEARTBEAT)) {
        case Step.Event event ->
            stream.send(SseText.event(event.id(), StatusEvent.NAME, event.json()));
        case Step.Missed missed -> stream.send(SseText.event(missed.id(), "reset", "{}"));
        case Step.Nothing nothing -> stream.send(SseText.position(nothing.id()));
        case Step.Closed _ -> {
          return;
        }
      }
    }
  }
}
