package dev.agentgate.api;

import dev.agentgate.api.stream.AnswerBudget;
import dev.agentgate.api.stream.StoredFile;
import dev.agentgate.queue.RunChanges;
import dev.agentgate.wire.ChangesResponse;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Serves what runs changed in their repositories. */
@Path("/runs/{runId}")
@RunOnVirtualThread
@Tag(name = "Runs")
@APIResponse(ref = "Unauthenticated", responseCode = "401")
@APIResponse(ref = "Forbidden", responseCode = "403")
@APIResponse(ref = "NotFound", responseCode = "404")
@APIResponse(ref = "NotAcceptable", responseCode = "406")
public class RunChangesResource {
  private static final String PATCH = "text/x-diff";

  private final RunChanges changes;
  private final AnswerBudget budget;

  @Inject
  RunChangesResource(RunChanges changes, AnswerBudget budget) {
    this.changes = changes;
    this.budget = budget;
  }

  @GET
  @Path("/changes")
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(
      operationId = "getRunChanges",
      summary = "List the files that a run changed",
      description =
          "Compares the tree that the agent left with the commit that was checked out. Available"
              + " once the run is over, however it ended. Needs the role `viewer`.")
  @APIResponse(
      responseCode = "200",
      description = "The files",
      content = @Content(schema = @Schema(implementation = ChangesResponse.class)))
  @APIResponse(ref = "Unavailable", responseCode = "503")
  public Response list(
      @Parameter(example = PathIds.RUN) @PathParam("runId") String runId,
      @Context HttpServerRequest request)
      throws IOException {
    return new StoredFile(changes.list(PathIds.run(runId)), budget)
        .answer(request, MediaType.APPLICATION_JSON, null, null);
  }

  @GET
  @Path("/patch")
  @Produces(PATCH)
  @Operation(
      operationId = "getRunPatch",
      summary = "Read everything that a run changed as a patch",
      description =
          "Applied with `git apply --binary` to a checkout of `baseCommit`, it produces exactly the"
              + " tree that the agent left: its commits, its staged, unstaged and untracked files,"
              + " but no ignored ones. An empty change is an empty patch. Secrets are not masked."
              + " There is no patch if it was too large to keep: `changes.patchTooLarge` of the run"
              + " is then true. Needs the role `viewer`.")
  @APIResponse(
      responseCode = "200",
      description = "The patch",
      headers = @Header(name = "Accept-Ranges", schema = @Schema(type = SchemaType.STRING)),
      content = @Content(mediaType = PATCH, schema = @Schema(type = SchemaType.STRING)))
  @APIResponse(
      responseCode = "206",
      description = "The bytes that `Range` asks for",
      headers =
          @Header(
              name = "Content-Range",
              description = "Which bytes these are, and how many there are in all",
              schema = @Schema(type = SchemaType.STRING)),
      content = @Content(mediaType = PATCH, schema = @Schema(type = SchemaType.STRING)))
  @APIResponse(ref = "RangeNotSatisfiable", responseCode = "416")
  @APIResponse(ref = "Unavailable", responseCode = "503")
  public Response patch(
      @Parameter(example = PathIds.RUN) @PathParam("runId") String runId,
      @Parameter(
              description = "One range of bytes; several, or another unit, are ignored",
              example = "bytes=0-1023")
          @HeaderParam("Range")
          @Nullable String range,
      @Parameter(
              description = "A patch has no validators: with this header `Range` is ignored",
              schema = @Schema(type = SchemaType.STRING))
          @HeaderParam("If-Range")
          @Nullable String ifRange,
      @Context HttpServerRequest request)
      throws IOException {
    return new StoredFile(changes.patch(PathIds.run(runId)), budget)
        .answer(request, PATCH, range, ifRange);
  }
}
