package dev.agentgate.api;

import dev.agentgate.api.problem.ApiException;
import dev.agentgate.store.WorkOrderFilter;
import jakarta.ws.rs.QueryParam;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;

/** The query parameters that select work orders, for lists and for actions on many of them. */
public record FilterParameters(
    @Parameter(
            description = "Only orders of this status; may be repeated",
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
                "Only orders with this label, as `key:value`; the key ends at the first colon; may"
                    + " be repeated, then all must match",
            example = "team:checkout",
            schema = @Schema(type = SchemaType.ARRAY, implementation = String.class))
        @QueryParam("label")
        List<String> label,
    @Parameter(
            description =
                "Only orders for this repository of the configured GitHub host, as `owner/repo`",
            example = "acme/shop",
            schema = @Schema(type = SchemaType.STRING))
        @QueryParam("repository")
        List<String> repository,
    @Parameter(
            description = "Only orders that failed for this reason; may be repeated",
            schema = @Schema(type = SchemaType.ARRAY, implementation = String.class))
        @QueryParam("failureReason")
        List<String> failureReason,
    @Parameter(
            description = "Only orders that were created at this time (RFC 3339) or later",
            example = "2026-03-01T00:00:00Z",
            schema = @Schema(type = SchemaType.STRING, format = "date-time"))
        @QueryParam("createdAfter")
        List<String> createdAfter,
    @Parameter(
            description = "Only orders that were created before this time (RFC 3339)",
            example = "2026-04-01T00:00:00Z",
            schema = @Schema(type = SchemaType.STRING, format = "date-time"))
        @QueryParam("createdBefore")
        List<String> createdBefore) {

  private static final List<String> OPTIONAL =
      List.of("agentType", "label", "repository", "failureReason", "createdAfter", "createdBefore");

  /**
   * Reads the filter of a list.
   *
   * @throws ApiException a 400 for a value that cannot be read
   */
  WorkOrderFilter filter() {
    return new WorkOrderFilter(
        QueryParameters.statuses(status),
        QueryParameters.agentType(agentType),
        QueryParameters.labels(label),
        QueryParameters.repository(repository),
        QueryParameters.failureReasons(failureReason),
        QueryParameters.time("createdAfter", createdAfter),
        QueryParameters.time("createdBefore", createdBefore));
  }

  /**
   * Reads the filter of an action on many orders, which must name a status.
   *
   * @param missing what to answer if it does not
   * @throws ApiException a 400 for a value that cannot be read
   */
  WorkOrderFilter filterOfAction(String missing) {
    WorkOrderFilter filter = filter();
    if (filter.statuses().isEmpty()) {
      throw ApiException.invalid(missing);
    }
    return filter;
  }

  /**
   * Checks the query of an action on many orders: a filter that is misspelt or empty must not reach
   * more orders than the client meant.
   *
   * @param sent all query parameters of the request
   * @param optional the parameters of the action besides the filter, which must have a value
   */
  static void check(Map<String, List<String>> sent, String... optional) {
    List<String> known = new ArrayList<>(OPTIONAL);
    known.addAll(List.of(optional));
    QueryParameters.refuseEmpty(sent, known.toArray(String[]::new));
    known.add("status");
    QueryParameters.refuseUnknown(sent, known.toArray(String[]::new));
  }
}
