package dev.agentgate.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.agentgate.api.access.Endpoint;
import dev.agentgate.api.problem.ApiException;
import dev.agentgate.api.problem.ProblemType;
import dev.agentgate.api.stream.ClientStream;
import dev.agentgate.execution.StopReport;
import dev.agentgate.queue.SubmitOrder;
import dev.agentgate.queue.WorkOrderService;
import dev.agentgate.queue.WorkOrderService.Submitted;
import dev.agentgate.store.WorkOrderFilter;
import dev.agentgate.wire.Answers;
import dev.agentgate.wire.SubmitRequest;
import dev.agentgate.wire.WorkOrderResponse;
import dev.agentgate.workorder.AgentGateException;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderStatus;
import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
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
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
import org.jboss.resteasy.reactive.ResponseStatus;
import org.jboss.resteasy.reactive.RestResponse;

/**
 * Submits, shows and stops work orders.
 *
 * <p>A caller who hangs up changes nothing: a request's virtual thread is not interrupted when its
 * connection closes, so that a cancel goes on to its end.
 */
@Path("/work-orders")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Work orders")
@APIResponse(ref = "Unauthenticated", responseCode = "401")
@APIResponse(ref = "Forbidden", responseCode = "403")
@APIResponse(ref = "NotAcceptable", responseCode = "406")
public class WorkOrderResource {
  private static final String ID = "wo_01K9Z4J0W3V7S5T8Q2N6M4B1CD";

  private final WorkOrderService orders;
  private final ObjectMapper mapper;
  private final int maxBodySize;

  @Inject
  WorkOrderResource(
      WorkOrderService orders,
      ObjectMapper mapper,
      @ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize maxBodySize) {
    this.orders = orders;
    this.mapper = mapper;
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
          "The same key with the same body answers the first work order with 200; with another"
              + " body 409",
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
  @APIResponse(ref = "Conflict", responseCode = "409")
  @APIResponse(ref = "TooLarge", responseCode = "413")
  @APIResponse(ref = "UnsupportedMediaType", responseCode = "415")
  @APIResponse(ref = "QueueFull", responseCode = "429")
  @APIResponse(ref = "Unavailable", responseCode = "503")
  public RestResponse<WorkOrderResponse> submit(
      @Context HttpHeaders headers, @Parameter(hidden = true) InputStream body) {
    if (headers.getRequestHeader(HttpHeaders.CONTENT_TYPE).isEmpty()) {
      throw new ApiException(
          ProblemType.UNSUPPORTED_MEDIA_TYPE, "Send the body as Content-Type: application/json");
    }
    String encoding = headers.getHeaderString(HttpHeaders.CONTENT_ENCODING);
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      throw new ApiException(
          ProblemType.UNSUPPORTED_MEDIA_TYPE, "Send the body without a Content-Encoding");
    }
    SubmitOrder wish =
        SubmitBody.read(
            RequestJson.readObject(body, maxBodySize),
            headers.getRequestHeader("Idempotency-Key"),
            orders::faults);
    Submitted submitted = orders.submit(wish);
    WorkOrderResponse order = WireRecords.of(submitted.order());
    // As text: given a URI, JAX-RS would put the Host in front, which a proxy may have changed.
    return RestResponse.ResponseBuilder.create(
            submitted.created() ? RestResponse.Status.CREATED : RestResponse.Status.OK, order)
        .header(HttpHeaders.LOCATION, Endpoint.BASE + "/work-orders/" + order.id())
        .build();
  }

  @GET
  @Operation(
      operationId = "listWorkOrders",
      summary = "List work orders, newest first",
      description = "Needs the role `viewer`.")
  @APIResponse(
      responseCode = "200",
      description = "A page of work orders",
      content = @Content(schema = @Schema(implementation = Answers.WorkOrderPage.class)))
  @APIResponse(ref = "Invalid", responseCode = "400")
  public Response list(
      @Parameter(
              description = "Only orders of this status; may repeat",
              schema = @Schema(type = SchemaType.ARRAY, implementation = String.class))
          @QueryParam("status")
          List<String> status,
      @Parameter(
              description = "Only orders for this agent",
              schema = @Schema(type = SchemaType.STRING))
          @QueryParam("agentType")
          List<String> agentType,
      @Parameter(
              description =
                  "Only orders with this label, as `key:value`; the key ends at the first colon;"
                      + " may repeat, then all must match",
              example = "team:checkout")
          @QueryParam("label")
          List<String> label,
      @Parameter(
              description = "How many at the most",
              schema =
                  @Schema(
                      type = SchemaType.INTEGER,
                      minimum = "1",
                      maximum = "100",
                      defaultValue = "20"))
          @QueryParam("limit")
          List<String> limit,
      @Parameter(
              description = "The `nextCursor` of the page before",
              schema = @Schema(type = SchemaType.STRING))
          @QueryParam("cursor")
          List<String> cursor,
      @Context HttpServerRequest request)
      throws IOException {
    WorkOrderFilter filter =
        new WorkOrderFilter(
            QueryParameters.statuses(status),
            QueryParameters.agentType(agentType),
            QueryParameters.labels(label));
    int most = QueryParameters.limit(limit);
    WorkOrderPageJson page =
        new WorkOrderPageJson(
            mapper,
            orders.list(filter, QueryParameters.cursor(cursor), most),
            most,
            orders::listed);
    byte[] first = page.next();
    if (page.isDone()) {
      return Response.ok(first, MediaType.APPLICATION_JSON_TYPE).build();
    }
    if (request.method().equals(HttpMethod.HEAD)) {
      return Response.ok().type(MediaType.APPLICATION_JSON_TYPE).build();
    }
    return Response.ok(
            ClientStream.body(
                request,
                stream -> {
                  stream.send(first);
                  while (!page.isDone()) {
                    stream.send(page.next());
                  }
                }),
            MediaType.APPLICATION_JSON_TYPE)
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
  public WorkOrderResponse get(@Parameter(example = ID) @PathParam("id") String id) {
    return WireRecords.of(orders.get(read(id)));
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
  public Answers.CancelResult cancel(@Parameter(example = ID) @PathParam("id") String id) {
    return WireRecords.cancelled(orders.cancel(read(id)));
  }

  @POST
  @Path("/{id}/kill")
  @Operation(
      operationId = "killWorkOrder",
      summary = "Kill a running work order",
      description =
          "As cancel, but the order is failed, with `error` `Force killed by user`. It overtakes a"
              + " cancel that still waits out its grace. Needs the role `admin`.")
  @APIResponse(
      responseCode = "200",
      description = "It is failed and its slot is free",
      content = @Content(schema = @Schema(implementation = Answers.KillResult.class)))
  @APIResponse(ref = "Invalid", responseCode = "400")
  @APIResponse(ref = "NotFound", responseCode = "404")
  @APIResponse(ref = "Unavailable", responseCode = "503")
  public Answers.KillResult kill(
      @Parameter(example = ID) @PathParam("id") String id,
      @Parameter(
              description = "SIGKILL at once",
              schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "false"))
          @QueryParam("force")
          List<String> force) {
    boolean atOnce = QueryParameters.flag("force", force);
    return WireRecords.killed(orders.kill(read(id), atOnce), atOnce);
  }

  @DELETE
  @Path("/{id}")
  @Operation(
      operationId = "deleteWorkOrder",
      summary = "Cancel a work order, or remove it for good",
      description =
          "Without `purge=true` as cancel (role `operator`). With it: cancels first if needed,"
              + " waits for the process tree to be gone, then removes the order, its runs, logs and"
              + " workspaces (role `admin`).")
  @APIResponse(
      responseCode = "200",
      description = "It is cancelled, or gone",
      content = @Content(schema = @Schema(implementation = Answers.DeleteResult.class)))
  @APIResponse(ref = "Invalid", responseCode = "400")
  @APIResponse(ref = "NotFound", responseCode = "404")
  @APIResponse(ref = "Conflict", responseCode = "409")
  @APIResponse(ref = "Unavailable", responseCode = "503")
  public Answers.DeleteResult delete(
      @Parameter(example = ID) @PathParam("id") String id,
      @Parameter(
              description = "Remove it for good",
              schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "false"))
          @QueryParam("purge")
          List<String> purge,
      @Context UriInfo uri) {
    QueryParameters.refuseUnknown(uri.getQueryParameters(), "purge");
    if (!QueryParameters.flag("purge", purge)) {
      StopReport stopped = orders.cancel(read(id));
      return new Answers.DeleteResult(stopped.survivors() == 0, true, null);
    }
    orders.purge(read(id));
    return new Answers.DeleteResult(true, null, true);
  }

  @DELETE
  @Operation(
      operationId = "purgeWorkOrders",
      summary = "Remove every work order of a status",
      description =
          "Of the given statuses, and of these only those that match every other parameter. A"
              + " parameter that is not known here is refused. Needs the role `admin`.")
  @APIResponse(
      responseCode = "200",
      description = "They are gone; with `dryRun=true` nothing changed",
      content = @Content(schema = @Schema(implementation = Answers.PurgeResult.class)))
  @APIResponse(ref = "Invalid", responseCode = "400")
  @APIResponse(ref = "Unavailable", responseCode = "503")
  public Answers.PurgeResult purgeMany(
      @Parameter(
              description = "The orders of this status; may repeat",
              required = true,
              schema = @Schema(type = SchemaType.ARRAY, implementation = String.class))
          @QueryParam("status")
          List<String> status,
      @Parameter(
              description = "Must be `true`",
              required = true,
              schema = @Schema(type = SchemaType.BOOLEAN))
          @QueryParam("purge")
          List<String> purge,
      @Parameter(
              description = "Only orders for this agent",
              schema = @Schema(type = SchemaType.STRING))
          @QueryParam("agentType")
          List<String> agentType,
      @Parameter(
              description =
                  "Only orders with this label, as `key:value`; may repeat, then all must match",
              example = "team:checkout")
          @QueryParam("label")
          List<String> label,
      @Parameter(
              description = "Keep those that changed within this time",
              example = "7d",
              schema = @Schema(type = SchemaType.STRING))
          @QueryParam("olderThan")
          List<String> olderThan,
      @Parameter(
              description = "Only say how many there are",
              schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "false"))
          @QueryParam("dryRun")
          List<String> dryRun,
      @Context UriInfo uri) {
    Map<String, List<String>> sent = uri.getQueryParameters();
    QueryParameters.refuseUnknown(
        sent, "status", "agentType", "label", "olderThan", "dryRun", "purge");
    QueryParameters.refuseEmpty(sent, "agentType", "label", "olderThan", "dryRun");
    if (!purge.equals(List.of("true"))) {
      throw ApiException.invalid("Batch delete requires purge=true");
    }
    Set<WorkOrderStatus> statuses = QueryParameters.statuses(status);
    if (statuses.isEmpty()) {
      throw ApiException.invalid("Status filter required for batch purge");
    }
    WorkOrderFilter filter =
        new WorkOrderFilter(
            statuses, QueryParameters.agentType(agentType), QueryParameters.labels(label));
    Optional<Duration> age = QueryParameters.olderThan(olderThan);
    boolean onlyCount = QueryParameters.flag("dryRun", dryRun);
    long count = orders.purgeAll(filter, age, onlyCount);
    return onlyCount
        ? new Answers.PurgeResult(true, 0, count)
        : new Answers.PurgeResult(true, count, null);
  }

  @POST
  @Path("/{id}/runs")
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
  public Answers.RunRequestResult requestRun(@Parameter(example = ID) @PathParam("id") String id) {
    Optional<RunId> run = orders.requestRun(read(id));
    return new Answers.RunRequestResult(true, run.isPresent(), run.map(RunId::value).orElse(null));
  }

  @GET
  @Path("/{id}/runs")
  @Operation(
      operationId = "listRuns",
      summary = "List the runs of a work order, newest first",
      description = "Needs the role `viewer`.")
  @APIResponse(
      responseCode = "200",
      description = "Its runs",
      content = @Content(schema = @Schema(implementation = Answers.Runs.class)))
  @APIResponse(ref = "NotFound", responseCode = "404")
  public Answers.Runs runs(@Parameter(example = ID) @PathParam("id") String id) {
    return new Answers.Runs(orders.runs(read(id)).stream().map(WireRecords::of).toList());
  }

  // Whatever is not of an id's form cannot exist, and goes no further than this.
  private static WorkOrderId read(String id) {
    return WorkOrderId.parse(id)
        .orElseThrow(() ->
            new AgentGateException(
                AgentGateException.Kind.NOT_FOUND, "There is no work order with this id"));
  }
}
