package dev.agentgate.api;

import dev.agentgate.api.stream.AnswerBudget;
import dev.agentgate.api.stream.ClientStream;
import dev.agentgate.api.stream.SseText;
import dev.agentgate.execution.log.LogText;
import dev.agentgate.execution.log.RunLogWatcher;
import dev.agentgate.queue.RunLogs;
import dev.agentgate.queue.RunView;
import dev.agentgate.workorder.AgentGateException;
import dev.agentgate.workorder.AgentGateException.Kind;
import dev.agentgate.workorder.Run;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
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
 * Streams the output of a run as it is written. A client holds a virtual thread and, while the log
 * is being sent, up to three pieces of it.
 */
@Path("/runs/{runId}/log/stream")
@RunOnVirtualThread
@Tag(name = "Runs")
@APIResponse(ref = "Unauthenticated", responseCode = "401")
@APIResponse(ref = "Forbidden", responseCode = "403")
@APIResponse(ref = "NotFound", responseCode = "404")
@APIResponse(ref = "NotAcceptable", responseCode = "406")
public class RunLogStreamResource {
  private static final Duration HEARTBEAT = Duration.ofSeconds(15);

  /** What three pieces of a log take: one as text and as an event, and two on their way. */
  private static final int ROOM = 256 * 1024;

  /** How many pieces are sent before other streams get the room. */
  private static final int IN_A_ROW = 16;

  private final RunLogs logs;
  private final RunJson runJson;
  private final AnswerBudget budget;

  @Inject
  RunLogStreamResource(RunLogs logs, RunJson runJson, AnswerBudget budget) {
    this.logs = logs;
    this.runJson = runJson;
    this.budget = budget;
  }

  /**
   * The log as it is written: an event {@code log} for each new piece of text, whose id is the
   * offset after it, and an event {@code end} with the run when the run is over. Secrets are
   * masked.
   *
   * @param format raw, or text for people to read
   * @param encoding of the text in an event
   * @param tail only the last lines of what was written so far, and then everything; ignored with
   *     {@code lastEventId}
   * @param lastEventId the stream continues after that event; if absent, it starts at the beginning
   */
  @GET
  @Produces(MediaType.SERVER_SENT_EVENTS)
  @Operation(
      operationId = "streamRunLog",
      summary = "Follow what a run writes",
      description =
          "Server-sent events: a `log` for each new piece of text, its id the byte offset after it;"
              + " an `end` with the run when it is over, or as it was at the start of the stream"
              + " if it has been purged since. With `format=text` the text is rendered, each"
              + " line of the log when it has ended; the id is still an offset in the log as it"
              + " is, the end of what was rendered, so a client resumes with the same `format`."
              + " With `encoding=json` the text of a `log` is a JSON string, so that carriage"
              + " returns arrive unchanged; as plain text they become line feeds. With `tail`"
              + " the stream begins with the last lines of what was written so far; when a"
              + " client resumes, `tail` is ignored. Secrets are masked. A comment is sent every"
              + " 15 seconds; a client that reads nothing for 30 seconds is dropped. Needs the"
              + " role `viewer`.")
  @APIResponse(
      responseCode = "200",
      description = "The log, as it is written",
      content =
          @Content(
              mediaType = MediaType.SERVER_SENT_EVENTS,
              schema = @Schema(type = SchemaType.STRING),
              examples =
                  @ExampleObject(
                      name = "events",
                      value =
                          "id: 6\nevent: log\ndata: hello\ndata: \n\n"
                              + "event: end\n"
                              + "data: {\"id\":\"run_01K9Z4J1B3V7S5T8Q2N6M4B1CD\","
                              + "\"workOrderId\":\"wo_01K9Z4J0W3V7S5T8Q2N6M4B1CD\","
                              + "\"attempt\":1,\"status\":\"completed\",\"exitCode\":0,"
                              + "\"logBytes\":6}\n\n")))
  @APIResponse(ref = "Invalid", responseCode = "400")
  public Response stream(
      @Parameter(example = PathIds.RUN) @PathParam("runId") String runId,
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
              description = LogEncoding.DESCRIPTION,
              schema =
                  @Schema(
                      type = SchemaType.STRING,
                      enumeration = {"plain", "json"},
                      defaultValue = "plain"))
          @QueryParam("encoding")
          @Nullable String encoding,
      @Parameter(
              description = "Begin with this many lines from the end; ignored with `Last-Event-ID`",
              schema =
                  @Schema(
                      type = SchemaType.INTEGER,
                      minimum = "1",
                      maximum = "" + LogTail.MOST_LINES))
          @QueryParam("tail")
          @Nullable String tail,
      @Parameter(description = "Continue after this event: the offset that was its id")
          @HeaderParam("Last-Event-ID")
          @Nullable String lastEventId,
      @Context HttpServerRequest request)
      throws IOException {
    RunView run = logs.run(PathIds.run(runId));
    LogFormat wanted = LogFormat.parse(format);
    LogEncoding written = LogEncoding.parse(encoding);
    OptionalInt lines = LogTail.parse(tail);
    OptionalLong offset = offset(lastEventId, logs.log(run.run().id()).size());
    return ClientStream.events(
        request,
        stream -> {
          LogText text =
              lines.isPresent() && offset.isEmpty()
                  ? lastLines(run, wanted, lines.getAsInt(), stream)
                  : from(run.run(), wanted, offset.orElse(0));
          follow(run, text, written, stream);
        });
  }

  private LogText from(Run run, LogFormat format, long offset) throws IOException {
    return switch (format) {
      case RAW -> logs.raw(run, offset);
      case TEXT -> logs.readable(run, offset);
    };
  }

  private LogText lastLines(RunView run, LogFormat format, int lines, ClientStream stream)
      throws IOException {
    return switch (format) {
      case RAW -> logs.raw(run.run(), logs.startOfLastLines(run.run(), lines));
      case TEXT ->
          logs.readable(run.run()).followLastLines(lines, !RunLogs.isOver(run), stream::send);
    };
  }

  private void follow(RunView known, LogText text, LogEncoding encoding, ClientStream stream)
      throws IOException, InterruptedException {
    try (RunLogWatcher.Listener listener = logs.listen(known.run().id())) {
      stream.send(SseText.COMMENT);
      long heartbeatAt = System.nanoTime() + HEARTBEAT.toNanos();
      boolean over = false;
      while (true) {
        long untilHeartbeat = heartbeatAt - System.nanoTime();
        if (untilHeartbeat <= 0) {
          stream.send(SseText.COMMENT);
          heartbeatAt = System.nanoTime() + HEARTBEAT.toNanos();
          continue;
        }
        if (sendsNext(text, !over, encoding, stream)) {
          continue;
        }
        if (over) {
          stream.send(SseText.end(runJson.of(atLast(known))));
          return;
        }
        switch (listener.await(Duration.ofNanos(untilHeartbeat))) {
          case ENDED -> over = true;
          case CLOSED -> {
            return;
          }
          case GROWN, NOTHING -> {}
        }
      }
    }
  }

  /** Sends the next pieces; returns false if there are none yet. */
  private boolean sendsNext(
      LogText text, boolean growing, LogEncoding encoding, ClientStream stream)
      throws IOException, InterruptedException {
    try (AnswerBudget.Room _ = budget.await(ROOM)) {
      int sent = 0;
      while (sent < IN_A_ROW && sendsPiece(text, growing, encoding, stream)) {
        sent++;
      }
      stream.awaitWritten();
      return sent > 0;
    }
  }

  private static boolean sendsPiece(
      LogText text, boolean growing, LogEncoding encoding, ClientStream stream) throws IOException {
    Optional<String> piece = text.next(growing);
    if (piece.isPresent() && !piece.get().isEmpty()) {
      stream.send(SseText.log(encoding.encode(piece.get()), text.offset()));
    }
    return piece.isPresent();
  }

  /** The present state of the run; its state when the client connected, if it was purged since. */
  private RunView atLast(RunView known) {
    try {
      return logs.run(known.run().id());
    } catch (AgentGateException gone) {
      return known;
    }
  }

  private static OptionalLong offset(@Nullable String lastEventId, long size) {
    if (lastEventId == null || lastEventId.isBlank()) {
      return OptionalLong.empty();
    }
    if (lastEventId.matches("\\d{1,18}") && Long.parseLong(lastEventId) <= size) {
      return OptionalLong.of(Long.parseLong(lastEventId));
    }
    throw new AgentGateException(Kind.INVALID, "Last-Event-ID is not an offset of this log");
  }
}
