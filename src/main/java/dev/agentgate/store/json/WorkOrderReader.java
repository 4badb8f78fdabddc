package dev.agentgate.store.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.agentgate.workorder.AgentChoices;
import dev.agentgate.workorder.Continuation;
import dev.agentgate.workorder.ExitStatus;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.IdempotencyKey;
import dev.agentgate.workorder.PublishRequest;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunLimits;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderSpec;
import dev.agentgate.workorder.WorkOrderState;
import dev.agentgate.workorder.WorkOrderState.Attempt;
import dev.agentgate.workorder.WorkOrderState.Cancelled;
import dev.agentgate.workorder.WorkOrderState.Completed;
import dev.agentgate.workorder.WorkOrderState.Failed;
import dev.agentgate.workorder.WorkOrderState.Queued;
import dev.agentgate.workorder.WorkOrderState.Running;
import dev.agentgate.workorder.WorkOrderStatus;
import dev.agentgate.workorder.WorkspaceSource;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads an order from JSON, field by field. Unknown fields are skipped. For one order. */
final class WorkOrderReader {
  private int schemaVersion;
  private long revision;
  private int priority = Integer.MIN_VALUE;
  private int attempts = -1;
  private OptionalInt maxIterations = OptionalInt.empty();
  private @Nullable String model;
  private @Nullable BigDecimal maxCostUsd;
  private Optional<PublishRequest> publish = Optional.empty();
  private @Nullable WorkOrderId id;
  private @Nullable WorkOrderStatus status;
  private @Nullable String taskPrompt;
  private @Nullable String agentType;
  private @Nullable WorkspaceSource source;
  private @Nullable RunLimits limits;
  private @Nullable Map<String, String> labels;
  private @Nullable List<RunId> runs;
  private @Nullable IdempotencyKey idempotencyKey;
  private @Nullable Instant createdAt;
  private @Nullable Instant updatedAt;
  private @Nullable Instant queuedAt;
  private @Nullable RunId currentRun;
  private @Nullable Instant startedAt;
  private @Nullable Instant timeoutAt;
  private @Nullable Instant notBefore;
  private @Nullable Boolean requested;
  private @Nullable Instant expeditedAt;
  private @Nullable Instant completedAt;
  private @Nullable Instant failedAt;
  private @Nullable Instant cancelledAt;
  private @Nullable FailureReason failureReason;
  private @Nullable String error;
  private @Nullable ExitStatus exit;
  private @Nullable Continuation continuation;

  /** Reads all fields of a JSON object whose start has been read. */
  void read(JsonParser from) throws IOException, UnreadableRecordException {
    for (String field = from.nextFieldName(); field != null; field = from.nextFieldName()) {
      from.nextToken();
      switch (field) {
        case "schemaVersion" -> {
          schemaVersion = JsonFields.integer(from, field, 1, Integer.MAX_VALUE);
          if (schemaVersion != WorkOrderCodec.SCHEMA_VERSION) {
            throw new UnreadableRecordException("unknown schemaVersion " + schemaVersion);
          }
        }
        case "revision" -> revision = JsonFields.number(from, field, 1, Long.MAX_VALUE);
        case "id" -> {
          String text = JsonFields.text(from, field);
          id =
              WorkOrderId.parse(text)
                  .orElseThrow(() -> new UnreadableRecordException("id is not a work order id"));
        }
        case "status" -> {
          String text = JsonFields.text(from, field);
          status =
              WorkOrderStatus.parse(text)
                  .orElseThrow(() -> new UnreadableRecordException("status is unknown"));
        }
        case "taskPrompt" -> taskPrompt = JsonFields.nonEmptyText(from, field);
        case "agentType" -> agentType = JsonFields.nonEmptyText(from, field);
        case "workspaceSource" -> source = SourceCodec.read(from);
        case "config" -> limits = LimitsCodec.read(from);
        case "maxIterations" ->
            maxIterations = OptionalInt.of(JsonFields.integer(from, field, 1, 100));
        case "model" -> model = JsonFields.nonEmptyText(from, field);
        case "maxCostUsd" -> maxCostUsd = JsonFields.positiveDecimal(from, field);
        case "priority" -> priority = JsonFields.integer(from, field, -100, 100);
        case "labels" -> labels = labels(from);
        case "publish" -> publish = Optional.of(PublishCodec.readRequest(from, field));
        case "attempt" -> attempts = JsonFields.integer(from, field, 0, Integer.MAX_VALUE);
        case "runs" -> runs = runs(from);
        case "idempotencyKey" -> idempotencyKey = idempotencyKey(from);
        case "createdAt" -> createdAt = JsonFields.time(from, field);
        case "updatedAt" -> updatedAt = JsonFields.time(from, field);
        case "queuedAt" -> queuedAt = JsonFields.time(from, field);
        case "currentRunId" -> currentRun = runId(from, field);
        case "startedAt" -> startedAt = JsonFields.time(from, field);
        case "timeoutAt" -> timeoutAt = JsonFields.time(from, field);
        case "notBefore" -> notBefore = JsonFields.time(from, field);
        case "requested" -> requested = JsonFields.bool(from, field);
        case "expeditedAt" -> expeditedAt = JsonFields.time(from, field);
        case "completedAt" -> completedAt = JsonFields.time(from, field);
        case "failedAt" -> failedAt = JsonFields.time(from, field);
        case "cancelledAt" -> cancelledAt = JsonFields.time(from, field);
        case "failureReason" -> failureReason = reason(from, field);
        case "error" -> error = JsonFields.text(from, field);
        case "continues" -> continuation = continuation(from);
        case "exitCode" -> exit = new ExitStatus(JsonFields.integer(from, field, 0, 255));
        default -> from.skipChildren();
      }
    }
  }

  /** Returns the order that was read. */
  WorkOrder order() throws UnreadableRecordException {
    if (schemaVersion == 0) {
      throw JsonFields.missing("schemaVersion");
    }
    if (revision == 0) {
      throw JsonFields.missing("revision");
    }
    if (priority == Integer.MIN_VALUE) {
      throw JsonFields.missing("priority");
    }
    if (attempts < 0) {
      throw JsonFields.missing("attempt");
    }
    WorkOrderSpec spec =
        new WorkOrderSpec(
            JsonFields.required(taskPrompt, "taskPrompt"),
            JsonFields.required(agentType, "agentType"),
            JsonFields.required(source, "workspaceSource"),
            JsonFields.required(limits, "config"),
            new AgentChoices(
                maxIterations, Optional.ofNullable(model), Optional.ofNullable(maxCostUsd)),
            priority,
            JsonFields.required(labels, "labels"),
            publish);
    return new WorkOrder(
        JsonFields.required(id, "id"),
        revision,
        spec,
        Optional.ofNullable(idempotencyKey),
        state(),
        attempts,
        JsonFields.required(runs, "runs"),
        JsonFields.required(createdAt, "createdAt"),
        JsonFields.required(updatedAt, "updatedAt"),
        JsonFields.required(queuedAt, "queuedAt"),
        Optional.ofNullable(continuation));
  }

  private WorkOrderState state() throws UnreadableRecordException {
    return switch (JsonFields.required(status, "status")) {
      case QUEUED ->
          new Queued(
              Optional.ofNullable(notBefore),
              JsonFields.required(requested, "requested"),
              Optional.ofNullable(expeditedAt));
      case RUNNING -> new Running(attempt(), WorkOrderCodec.UNWRITTEN_LEASE);
      case COMPLETED -> new Completed(attempt(), JsonFields.required(completedAt, "completedAt"));
      case FAILED ->
          new Failed(
              attemptIfMade(),
              JsonFields.required(failedAt, "failedAt"),
              JsonFields.required(failureReason, "failureReason"),
              JsonFields.required(error, "error"),
              Optional.ofNullable(exit));
      case CANCELLED ->
          new Cancelled(attemptIfMade(), JsonFields.required(cancelledAt, "cancelledAt"));
    };
  }

  private Optional<Attempt> attemptIfMade() throws UnreadableRecordException {
    return currentRun == null && startedAt == null && timeoutAt == null
        ? Optional.empty()
        : Optional.of(attempt());
  }

  private Attempt attempt() throws UnreadableRecordException {
    return new Attempt(
        JsonFields.required(currentRun, "currentRunId"),
        JsonFields.required(startedAt, "startedAt"),
        JsonFields.required(timeoutAt, "timeoutAt"));
  }

  private static Continuation continuation(JsonParser from)
      throws IOException, UnreadableRecordException {
    JsonFields.expect(from, JsonToken.START_OBJECT, "continues");
    RunId run = null;
    String prompt = null;
    for (String field = from.nextFieldName(); field != null; field = from.nextFieldName()) {
      from.nextToken();
      switch (field) {
        case "run" -> run = runId(from, "continues.run");
        case "prompt" -> prompt = JsonFields.nonEmptyText(from, "continues.prompt");
        default -> from.skipChildren();
      }
    }
    return new Continuation(JsonFields.required(run, "continues.run"), Optional.ofNullable(prompt));
  }

  static FailureReason reason(JsonParser from, String field)
      throws IOException, UnreadableRecordException {
    String reason = JsonFields.text(from, field);
    return FailureReason.parse(reason)
        .orElseThrow(() -> new UnreadableRecordException(field + " is unknown"));
  }

  static Map<String, String> labels(JsonParser from) throws IOException, UnreadableRecordException {
    JsonFields.expect(from, JsonToken.START_OBJECT, "labels");
    Map<String, String> labels = new TreeMap<>();
    for (String field = from.nextFieldName(); field != null; field = from.nextFieldName()) {
      from.nextToken();
      labels.put(field, JsonFields.text(from, "labels"));
    }
    return labels;
  }

  private static List<RunId> runs(JsonParser from) throws IOException, UnreadableRecordException {
    JsonFields.expect(from, JsonToken.START_ARRAY, "runs");
    List<RunId> runs = new ArrayList<>(2);
    while (from.nextToken() != JsonToken.END_ARRAY) {
      runs.add(runId(from, "runs"));
    }
    return runs;
  }

  private static RunId runId(JsonParser from, String field)
      throws IOException, UnreadableRecordException {
    String run = JsonFields.text(from, field);
    return RunId.parse(run)
        .orElseThrow(() -> new UnreadableRecordException(field + " is not a run id"));
  }

  private static IdempotencyKey idempotencyKey(JsonParser from)
      throws IOException, UnreadableRecordException {
    JsonFields.expect(from, JsonToken.START_OBJECT, "idempotencyKey");
    String key = null;
    String fingerprint = null;
    for (String field = from.nextFieldName(); field != null; field = from.nextFieldName()) {
      from.nextToken();
      switch (field) {
        case "key" -> key = JsonFields.text(from, "idempotencyKey.key");
        case "fingerprint" -> fingerprint = JsonFields.text(from, "idempotencyKey.fingerprint");
        default -> from.skipChildren();
      }
    }
    return new IdempotencyKey(
        JsonFields.required(key, "idempotencyKey.key"),
        JsonFields.required(fingerprint, "idempotencyKey.fingerprint"));
  }
}
