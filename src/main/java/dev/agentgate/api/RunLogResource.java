package dev.agentgate.api;

import dev.agentgate.api.stream.AnswerBudget;
import dev.agentgate.api.stream.ByteRange;
import dev.agentgate.api.stream.ClientStream;
import dev.agentgate.execution.log.LogSnapshot;
import dev.agentgate.execution.log.ReadableRunLog;
import dev.agentgate.execution.log.RunLog;
import dev.agentgate.queue.RunLogs;
import dev.agentgate.queue.RunView;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/**
 * Serves the output of a run, as a whole or in parts. Each request has a virtual thread that holds
 * at most one piece of the log, and no open file between two pieces.
 */
@Path("/runs/{runId}/log")
@RunOnVirtualThread
@Tag(name = "Runs")
@APIResponse(ref = "Unauthenticated", responseCode = "401")
@APIResponse(ref = "Forbidden", responseCode = "403")
@APIResponse(ref = "NotFound", responseCode = "404")
@APIResponse(ref = "NotAcceptable", responseCode = "406")
public class RunLogResource {
  private static final String TEXT = "text/plain;charset=utf-8";

  /** The largest piece in which a log is read. */
  private static final int PIECE = 64 * 1024;

  private final RunLogs logs;
  private final AnswerBudget budget;

  @Inject
  RunLogResource(RunLogs logs, AnswerBudget budget) {
    this.logs = logs;
    this.budget = budget;
  }

  /**
   * The log as text, with secrets masked.
   *
   * @param tail only the last lines; a range is then ignored
   * @param format raw, or text for people to read; a range is then ignored, too
   */
  @GET
  @Produces(TEXT)
  @Operation(
      operationId = "getRunLog",
      summary = "Read what a run wrote",
      description =
          "Standard output and standard error, in order, secrets masked. If bytes were dropped from"
              + " the middle of a log that grew too large, one line says so. A rendered log has"
              + " no ranges: with `format=text` a `Range` is ignored, as RFC 9110 allows, and"
              + " the answer is a `200` with the whole log and without `Accept-Ranges`. Needs"
              + " the role `viewer`.")
  @APIResponse(
      responseCode = "200",
      description = "The log, or its last lines; empty if nothing was written yet",
      headers =
          @Header(
              name = "Accept-Ranges",
              description = "`bytes`; absent with `format=text`",
              schema = @Schema(type = SchemaType.STRING)),
      content = @Content(mediaType = TEXT, schema = @Schema(type = SchemaType.STRING)))
  @APIResponse(
      responseCode = "206",
      description = "The bytes that `Range` asks for",
      headers =
          @Header(
              name = "Content-Range",
              description = "Which bytes these are, and how many there are in all",
              schema = @Schema(type = SchemaType.STRING)),
      content = @Content(mediaType = TEXT, schema = @Schema(type = SchemaType.STRING)))
  @APIResponse(ref = "Invalid", responseCode = "400")
  @APIResponse(ref = "RangeNotSatisfiable", responseCode = "416")
  @APIResponse(ref = "Unavailable", responseCode = "503")
  public Response read(
      @Parameter(example = PathIds.RUN) @PathParam("runId") String runId,
      @Parameter(
              description = "Only this many lines from the end; `Range` is then ignored",
              schema =
                  @Schema(
                      type = SchemaType.INTEGER,
                      minimum = "1",
                      maximum = "" + LogTail.MOST_LINES))
          @QueryParam("tail")
          @Nullable String tail,
      @Parameter(
              description = LogFormat.DESCRIPTION,
              schema =
                  @Schema(
                      type = SchemaType.STRING,
                      enumeration = {"raw", "text"},
                      defaultValue = "raw"))
          @QueryParam("format")
          @Nullable String format,
      @Parameter(
              description = "One range of bytes; several, or another unit, are ignored",
              example = "bytes=0-1023")
          @HeaderParam("Range")
          @Nullable String range,
      @Parameter(
              description = "A log has no validators: with this header `Range` is ignored",
              schema = @Schema(type = SchemaType.STRING))
          @HeaderParam("If-Range")
          @Nullable String ifRange,
      @Context HttpServerRequest request)
      throws IOException {
    RunView run = logs.run(PathIds.run(runId));
    OptionalInt lines = LogTail.parse(tail);
    if (LogFormat.parse(format) == LogFormat.TEXT) {
      return readable(request, logs.readable(run.run()), lines);
    }
    RunLog log = logs.log(run.run().id());
    LogSnapshot snapshot = log.snapshot();
    if (lines.isPresent()) {
      long start = log.startOfLastLines(lines.getAsInt(), snapshot.size());
      return ok(request, sink -> snapshot.copyRest(start, logs.mask(), sink)).build();
    }
    Optional<ByteRange> wanted = ByteRange.requested(range, ifRange, snapshot.length());
    if (wanted.isPresent()) {
      return part(request, snapshot, wanted.get());
    }
    if (!RunLogs.isOver(run)) {
      // The middle may be dropped while the client reads, so no length is promised.
      return ok(request, sink -> snapshot.copyRest(0, logs.mask(), sink)).build();
    }
    return ok(request, sink -> snapshot.copy(0, snapshot.length(), logs.mask(), sink))
        .header(HttpHeaders.CONTENT_LENGTH, snapshot.length())
        .build();
  }

  /** The present length of the log. */
  @HEAD
  @Produces(TEXT)
  @Operation(
      operationId = "getRunLogSize",
      summary = "Ask how long a log is",
      description = "Needs the role `viewer`.")
  @APIResponse(
      responseCode = "200",
      description = "The run exists",
      headers =
          @Header(
              name = "Content-Length",
              description = "How many bytes the log has now; absent with `tail` or `format=text`",
              schema = @Schema(type = SchemaType.INTEGER)))
  @APIResponse(ref = "Invalid", responseCode = "400")
  public Response size(
      @Parameter(example = PathIds.RUN) @PathParam("runId") String runId,
      @Parameter(
              description = "As for a read; the length is then not given",
              schema =
                  @Schema(
                      type = SchemaType.INTEGER,
                      minimum = "1",
                      maximum = "" + LogTail.MOST_LINES))
          @QueryParam("tail")
          @Nullable String tail,
      @Parameter(
              description = "As for a read; with `text` the length is not given",
              schema =
                  @Schema(
                      type = SchemaType.STRING,
                      enumeration = {"raw", "text"},
                      defaultValue = "raw"))
          @QueryParam("format")
          @Nullable String format)
      throws IOException {
    RunView run = logs.run(PathIds.run(runId));
    boolean raw = LogFormat.parse(format) == LogFormat.RAW;
    boolean whole = LogTail.parse(tail).isEmpty();
    Response.ResponseBuilder answer = Response.ok().type(TEXT);
    if (raw) {
      answer.header("Accept-Ranges", "bytes");
    }
    if (raw && whole) {
      long length = logs.log(run.run().id()).snapshot().length();
      answer.header(HttpHeaders.CONTENT_LENGTH, length);
    }
    return answer.build();
  }

  private Response readable(HttpServerRequest request, ReadableRunLog log, OptionalInt lines) {
    return text(
            request,
            sink -> {
              if (lines.isPresent()) {
                log.copyLastLines(lines.getAsInt(), sink);
              } else {
                log.copy(sink);
              }
            })
        .build();
  }

  private Response part(HttpServerRequest request, LogSnapshot snapshot, ByteRange range) {
    return range
        .partial(
            ok(request, sink -> snapshot.copy(range.from(), range.to(), logs.mask(), sink)),
            snapshot.length())
        .build();
  }

  private Response.ResponseBuilder ok(HttpServerRequest request, Copy copy) {
    return text(request, copy).header("Accept-Ranges", "bytes");
  }

  private Response.ResponseBuilder text(HttpServerRequest request, Copy copy) {
    return Response.ok(ClientStream.body(request, budget, PIECE, stream -> copy.to(stream::send)))
        .type(TEXT)
        // A browser must not treat an agent's output as a page.
        .header("X-Content-Type-Options", "nosniff");
  }

  @FunctionalInterface
  private interface Copy {
    void to(LogSnapshot.Sink sink) throws IOException;
  }
}
