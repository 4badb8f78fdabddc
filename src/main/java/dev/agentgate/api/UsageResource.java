package dev.agentgate.api;

import dev.agentgate.api.problem.ApiException;
import dev.agentgate.queue.UsageGrouping;
import dev.agentgate.queue.UsageReport;
import dev.agentgate.wire.Answers;
import dev.agentgate.workorder.RunUsage;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Shows what runs used. */
@Path("/usage")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Agents")
@APIResponse(ref = "Unauthenticated", responseCode = "401")
@APIResponse(ref = "Forbidden", responseCode = "403")
@APIResponse(ref = "NotAcceptable", responseCode = "406")
public class UsageResource {
  private final UsageReport report;

  @Inject
  UsageResource(UsageReport report) {
    this.report = report;
  }

  @GET
  @Operation(
      operationId = "getUsage",
      summary = "Sum what runs used",
      description =
          "Counts the runs that started in the period, including those still running and those that"
              + " were purged. Needs the role `viewer`.")
  @APIResponse(
      responseCode = "200",
      description = "One item for each key, sorted by key",
      content = @Content(schema = @Schema(implementation = Answers.UsageReport.class)))
  @APIResponse(ref = "Invalid", responseCode = "400")
  public Answers.UsageReport usage(
      @Parameter(
              description = "The start of the period, inclusive; absent: no limit",
              example = "2026-03-01T00:00:00Z",
              schema = @Schema(type = SchemaType.STRING, format = "date-time"))
          @QueryParam("from")
          List<String> from,
      @Parameter(
              description = "The end of the period, exclusive; absent: no limit",
              schema = @Schema(type = SchemaType.STRING, format = "date-time"))
          @QueryParam("to")
          List<String> to,
      @Parameter(
              description =
                  "What to sum by: `agent` (the default), `model`, `repository`, `label:KEY` or"
                      + " `day`, which is a day in UTC",
              schema = @Schema(type = SchemaType.STRING, defaultValue = "agent"))
          @QueryParam("by")
          List<String> by,
      @Context UriInfo uri) {
    QueryParameters.refuseEmpty(uri.getQueryParameters(), "from", "to", "by");
    QueryParameters.refuseUnknown(uri.getQueryParameters(), "from", "to", "by");
    Optional<Instant> first = QueryParameters.time("from", from);
    Optional<Instant> end = QueryParameters.time("to", to);
    return new Answers.UsageReport(
        report.sum(grouping(by), first, end).stream().map(WireRecords::of).toList());
  }

  private static Function<RunUsage, String> grouping(List<String> by) {
    if (by.size() > 1) {
      throw ApiException.invalid("by may be sent once");
    }
    return UsageGrouping.of(by.isEmpty() ? "agent" : by.getFirst())
        .orElseThrow(
            () -> ApiException.invalid("by must be agent, model, repository, label:KEY or day"));
  }
}
