package dev.agentgate.store.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import dev.agentgate.workorder.EndCause;
import dev.agentgate.workorder.ExitStatus;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunOutcome;
import dev.agentgate.workorder.RunState;
import dev.agentgate.workorder.WorkOrderId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Converts a run to and from JSON in the shape of the API. */
public final class RunCodec {
  private static final int SCHEMA_VERSION = 1;
  private static final JsonFactory JSON = new JsonFactory();

  private RunCodec() {}

  public static byte[] encode(Run run) {
    try (ByteArrayBuilder out = new ByteArrayBuilder(512)) {
      try (JsonGenerator to = JSON.createGenerator(out)) {
        to.setPrettyPrinter(new DefaultPrettyPrinter());
        to.writeStartObject();
        to.writeNumberField("schemaVersion", SCHEMA_VERSION);
        to.writeStringField("id", run.id().value());
        to.writeStringField("workOrderId", run.workOrderId().value());
        to.writeNumberField("attempt", run.attempt());
        to.writeStringField("status", run.state().wireName());
        if (run.instance().isPresent()) {
          to.writeStringField("instance", run.instance().get().value());
        }
        if (run.pid().isPresent()) {
          to.writeNumberField("pid", run.pid().getAsLong());
        }
        to.writeStringField("startedAt", run.startedAt().toString());
        if (run.endRequested().isPresent()) {
          to.writeStringField("endRequested", run.endRequested().get().wireName());
        }
        if (run.state() instanceof RunState.Ended(RunOutcome outcome)) {
          write(to, outcome);
        }
        RunResultsCodec.write(to, run.results());
        to.writeEndObject();
      }
      out.write('\n');
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(JsonGenerator to, RunOutcome outcome) throws IOException {
    to.writeStringField("endedAt", outcome.at().toString());
    if (outcome.exit().isPresent()) {
      to.writeNumberField("exitCode", outcome.exit().get().code());
    }
    if (outcome.failureReason().isPresent()) {
      to.writeStringField("failureReason", outcome.failureReason().get().wireName());
      to.writeStringField("error", outcome.message().orElse(""));
    }
    if (outcome instanceof RunOutcome.Limited limited && limited.until().isPresent()) {
      to.writeStringField("limitedUntil", limited.until().get().toString());
    }
  }

  /**
   * Reads a run.
   *
   * @throws UnreadableRecordException if it is not a complete and valid run of a known schema
   */
  public static Run decode(byte[] json, int length) throws UnreadableRecordException {
    int schemaVersion = 0;
    RunId id = null;
    WorkOrderId workOrderId = null;
    int attempt = 0;
    String status = null;
    InstanceId instance = null;
    OptionalLong pid = OptionalLong.empty();
    Instant startedAt = null;
    EndCause endRequested = null;
    Instant endedAt = null;
    ExitStatus exit = null;
    FailureReason reason = null;
    String error = null;
    Instant limitedUntil = null;
    RunResultsCodec results = new RunResultsCodec();
    try (JsonParser from = JSON.createParser(json, 0, length)) {
      JsonFields.begin(from);
      for (String field = from.nextFieldName(); field != null; field = from.nextFieldName()) {
        from.nextToken();
        switch (field) {
          case "schemaVersion" ->
              schemaVersion = JsonFields.integer(from, field, 1, Integer.MAX_VALUE);
          case "id" ->
              id =
                  RunId.parse(JsonFields.text(from, field))
                      .orElseThrow(() -> new UnreadableRecordException("id is not a run id"));
          case "workOrderId" ->
              workOrderId =
                  WorkOrderId.parse(JsonFields.text(from, field))
                      .orElseThrow(() -> new UnreadableRecordException("workOrderId is not an id"));
          case "attempt" -> attempt = JsonFields.integer(from, field, 1, Integer.MAX_VALUE);
          case "status" -> status = JsonFields.text(from, field);
          case "instance" -> instance = new InstanceId(JsonFields.text(from, field));
          case "pid" -> pid = OptionalLong.of(JsonFields.number(from, field, 1, Long.MAX_VALUE));
          case "startedAt" -> startedAt = JsonFields.time(from, field);
          case "endRequested" ->
              endRequested =
                  EndCause.parse(JsonFields.text(from, field))
                      .orElseThrow(() -> new UnreadableRecordException("endRequested is unknown"));
          case "endedAt" -> endedAt = JsonFields.time(from, field);
          case "exitCode" -> exit = new ExitStatus(JsonFields.integer(from, field, 0, 255));
          case "failureReason" ->
              reason =
                  FailureReason.parse(JsonFields.text(from, field))
                      .orElseThrow(() -> new UnreadableRecordException("failureReason is unknown"));
          case "error" -> error = JsonFields.text(from, field);
          case "limitedUntil" -> limitedUntil = JsonFields.time(from, field);
          default -> results.read(from, field);
        }
      }
    } catch (IOException e) {
      throw JsonFields.malformed(e);
    }
    if (schemaVersion != SCHEMA_VERSION) {
      throw new UnreadableRecordException("unknown schemaVersion " + schemaVersion);
    }
    return new Run(
        JsonFields.required(id, "id"),
        JsonFields.required(workOrderId, "workOrderId"),
        attempt,
        Optional.ofNullable(instance),
        pid,
        JsonFields.required(startedAt, "startedAt"),
        Optional.ofNullable(endRequested),
        results.results(),
        state(JsonFields.required(status, "status"), endedAt, exit, reason, error, limitedUntil));
  }

  private static RunState state(
      String status,
      @Nullable Instant endedAt,
      @Nullable ExitStatus exit,
      @Nullable FailureReason reason,
      @Nullable String error,
      @Nullable Instant limitedUntil)
      throws UnreadableRecordException {
    return switch (status) {
      case "preparing" -> new RunState.Preparing();
      case "running" -> new RunState.Running();
      case "completed", "failed", "cancelled" ->
          new RunState.Ended(
              outcome(
                  status,
                  JsonFields.required(endedAt, "endedAt"),
                  Optional.ofNullable(exit),
                  reason,
                  error,
                  limitedUntil));
      default -> throw new UnreadableRecordException("status is unknown");
    };
  }

  private static RunOutcome outcome(
      String status,
      Instant at,
      Optional<ExitStatus> exit,
      @Nullable FailureReason reason,
      @Nullable String error,
      @Nullable Instant limitedUntil)
      throws UnreadableRecordException {
    if (status.equals("completed")) {
      return new RunOutcome.Completed(at, exit);
    }
    if (status.equals("cancelled")) {
      return new RunOutcome.Cancelled(at, exit);
    }
    FailureReason why = JsonFields.required(reason, "failureReason");
    String sentence = JsonFields.required(error, "error");
    return switch (why) {
      case INTERRUPTED -> new RunOutcome.Interrupted(at, sentence, exit);
      case USAGE_LIMIT ->
          new RunOutcome.Limited(at, sentence, Optional.ofNullable(limitedUntil), exit);
      default -> new RunOutcome.Failed(at, why, sentence, exit);
    };
  }
}
