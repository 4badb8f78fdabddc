package dev.agentgate.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.agentgate.api.problem.ApiException;
import dev.agentgate.api.stream.AnswerBudget;
import dev.agentgate.api.stream.ClientStream;
import dev.agentgate.queue.BulkActions;
import dev.agentgate.queue.PurgeReport;
import dev.agentgate.queue.WorkOrderService;
import dev.agentgate.store.WorkOrderFilter;
import dev.agentgate.wire.Answers;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Inject;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Lists the work orders that match a filter, and removes them. */
@Path("/work-orders")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Work orders")
@APIResponse(ref = "Unauthenticated", responseCode = "401")
@APIResponse(ref = "Forbidden", responseCode = "403")
@APIResponse(ref = "NotAcceptable", responseCode = "406")
public class MatchingOrdersResource {
  private final WorkOrderService orders;
  private final BulkActions bulk;
  private final ObjectMapper mapper;
  private final AnswerBudget budget;

  @Inject
  MatchingOrdersResource(
      WorkOrderService orders, BulkActions bulk, ObjectMapper mapper, AnswerBudget budget) {
    this.orders = orders;
    this.bulk = bulk;
    this.mapper = mapper;
    this.budget = budget;
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
  @APIResponse(ref = "Unavailable", responseCode = "503")
  public Response list(
      @BeanParam FilterParameters filter,
      @Parameter(
              description = "The most orders to return",
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
    WorkOrderFilter matching = filter.filter();
    int most = QueryParameters.limit(limit);
    WorkOrderPageJson page =
        new WorkOrderPageJson(
            mapper,
            orders.list(matching, QueryParameters.cursor(cursor), most),
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
                budget,
                WorkOrderPageJson.LARGEST_PIECE,
                stream -> {
                  stream.send(first);
                  while (!page.isDone()) {
                    stream.send(page.next());
                  }
                }),
            MediaType.APPLICATION_JSON_TYPE)
        .build();
  }

  @DELETE
  @Operation(
      operationId = "purgeWorkOrders",
      summary = "Remove every work order of a status",
      description =
          "Removes the orders of the given statuses that match every other parameter. An unknown"
              + " parameter is refused. If an order cannot be purged, for example because one of"
              + " its processes cannot be killed, the others are purged anyway: `success` is"
              + " then false, and `failures` says what was kept and why. If the store refuses"
              + " every write, the answer is a `503` that says how many orders were purged"
              + " before. Needs the role `admin`.")
  @APIResponse(
      responseCode = "200",
      description = "They are gone, except those in `failures`; with `dryRun=true` nothing changed",
      content = @Content(schema = @Schema(implementation = Answers.PurgeResult.class)))
  @APIResponse(ref = "Invalid", responseCode = "400")
  @APIResponse(ref = "Unavailable", responseCode = "503")
  public Answers.PurgeResult purgeMany(
      @BeanParam FilterParameters filter,
      @Parameter(
              description = "Must be `true`",
              required = true,
              schema = @Schema(type = SchemaType.BOOLEAN))
          @QueryParam("purge")
          List<String> purge,
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
    FilterParameters.check(uri.getQueryParameters(), "olderThan", "dryRun", "purge");
    if (!purge.equals(List.of("true"))) {
      throw ApiException.invalid("Batch delete requires purge=true");
    }
    WorkOrderFilter matching = filter.filterOfAction("Status filter required for batch purge");
    Optional<Duration> age = QueryParameters.olderThan(olderThan);
    boolean onlyCount = QueryParameters.flag("dryRun", dryRun);
    return result(bulk.purge(matching, age, onlyCount), onlyCount);
  }

  private static Answers.PurgeResult result(PurgeReport report, boolean dryRun) {
    boolean success = report.notPurged() == 0;
    return new Answers.PurgeResult(
        success,
        dryRun ? 0 : report.purged(),
        dryRun ? report.purged() : null,
        success ? null : report.notPurged(),
        success ? null : report.failures().stream().map(WireRecords::of).toList());
  }
}
