package dev.agentgate.store.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerationException;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import dev.agentgate.workorder.AgentChoices;
import dev.agentgate.workorder.Continuation;
import dev.agentgate.workorder.ExitStatus;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.IdempotencyKey;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.Lease;
import dev.agentgate.workorder.PublishRequest;
import dev.agentgate.workorder.RetryMode;
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
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Converts an order to and from JSON: the flat shape of the API, plus what is needed to restore
 * exactly the same order. It is written by hand so that nothing depends on reflection, and it reads
 * a stream because every start reads all orders. Unknown fields are skipped; any other deviation is
 * refused.
 */
public final class WorkOrderCodec {
  static final int SCHEMA_VERSION = 1;

  /** The lease of every running order that is read: leases are not part of the JSON. */
  public static final Lease UNWRITTEN_LEASE = new Lease(new InstanceId("local"), Optional.empty());

  private static final JsonFactory JSON = new JsonFactory();

  // A client may send half a surrogate pair as an escape. UTF-8 cannot encode it, an escape can.
  private static final JsonFactory ESCAPING_JSON =
      JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private static final DefaultPrettyPrinter LAYOUT =
      new DefaultPrettyPrinter(
              Separators.createDefaultInstance()
                  .withObjectFieldValueSpacing(Separators.Spacing.AFTER))
          .withObjectIndenter(new DefaultIndenter("  ", "\n"));

  private static final Pattern NAME = Pattern.compile("(?!-|\\.{1,2}$)[^/\\s\\p{Cntrl}]+");
  private static final Pattern BRANCH = Pattern.compile("(?!-)(?!.*\\.\\.)[^\\s\\p{Cntrl}]+");
  // "name::address" would run the program git-remote-name: gitremote-helpers(7).
  private static final Pattern URL = Pattern.compile("(?!-)(?!\\w+::)[^\\p{Cntrl}]+");
  private static final Pattern PATH = Pattern.compile("/[^\\x00]*");

  private WorkOrderCodec() {}

  public static byte[] encode(WorkOrder order) {
    try {
      return encode(order, JSON);
    } catch (JsonGenerationException e) {
      return encodeEscaped(order);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] encodeEscaped(WorkOrder order) {
    try {
      return encode(order, ESCAPING_JSON);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] encode(WorkOrder order, JsonFactory json) throws IOException {
    try (ByteArrayBuilder out = new ByteArrayBuilder(1024)) {
      try (JsonGenerator to = json.createGenerator(out)) {
        to.setPrettyPrinter(LAYOUT.createInstance());
        write(order, to);
      }
      out.write('\n');
      return out.toByteArray();
    }
  }

  private static void write(WorkOrder order, JsonGenerator to) throws IOException {
    WorkOrderSpec spec = order.spec();
    to.writeStartObject();
    to.writeNumberField("schemaVersion", SCHEMA_VERSION);
    to.writeNumberField("revision", order.revision());
    to.writeStringField("id", order.id().value());
    to.writeStringField("status", order.status().wireName());
    to.writeStringField("taskPrompt", spec.taskPrompt());
    to.writeStringField("agentType", spec.agentType());
    writeSource(spec.workspaceSource(), to);
    writeLimits(spec.limits(), to);
    AgentChoices choices = spec.choices();
    if (choices.maxIterations().isPresent()) {
      to.writeNumberField("maxIterations", choices.maxIterations().getAsInt());
    }
    if (choices.model().isPresent()) {
      to.writeStringField("model", choices.model().get());
    }
    if (choices.maxCostUsd().isPresent()) {
      to.writeNumberField("maxCostUsd", choices.maxCostUsd().get());
    }
    to.writeNumberField("priority", spec.priority());
    to.writeObjectFieldStart("labels");
    for (Map.Entry<String, String> label : spec.labels().entrySet()) {
      to.writeStringField(label.getKey(), label.getValue());
    }
    to.writeEndObject();
    if (spec.publish().isPresent()) {
      to.writeFieldName("publish");
      PublishCodec.write(to, spec.publish().get());
    }
    to.writeNumberField("attempt", order.attempts());
    to.writeArrayFieldStart("runs");
    for (RunId run : order.runs()) {
      to.writeString(run.value());
    }
    to.writeEndArray();
    if (order.idempotencyKey().isPresent()) {
      IdempotencyKey key = order.idempotencyKey().get();
      to.writeObjectFieldStart("idempotencyKey");
      to.writeStringField("key", key.key());
      to.writeStringField("fingerprint", key.fingerprint());
      to.writeEndObject();
    }
    writeTime("createdAt", order.createdAt(), to);
    writeTime("updatedAt", order.updatedAt(), to);
    writeTime("queuedAt", order.queuedAt(), to);
    writeState(order.state(), to);
    if (order.continuation().isPresent()) {
      writeContinuation(order.continuation().get(), to);
    }
    to.writeEndObject();
  }

  private static void writeSource(WorkspaceSource source, JsonGenerator to) throws IOException {
    to.writeObjectFieldStart("workspaceSource");
    to.writeStringField("type", source.type());
    switch (source) {
      case WorkspaceSource.GitHub gitHub -> {
        to.writeStringField("owner", gitHub.owner());
        to.writeStringField("repo", gitHub.repo());
        if (gitHub.branch().isPresent()) {
          to.writeStringField("branch", gitHub.branch().get());
        }
        writeRef(gitHub.ref(), to);
      }
      case WorkspaceSource.Git git -> {
        to.writeStringField("url", git.url());
        if (git.branch().isPresent()) {
          to.writeStringField("branch", git.branch().get());
        }
        writeRef(git.ref(), to);
      }
      case WorkspaceSource.Local local -> to.writeStringField("path", local.path());
      case WorkspaceSource.Empty _ -> {}
    }
    to.writeEndObject();
  }

  private static void writeRef(Optional<String> ref, JsonGenerator to) throws IOException {
    if (ref.isPresent()) {
      to.writeStringField("ref", ref.get());
    }
  }

  private static void writeLimits(RunLimits limits, JsonGenerator to) throws IOException {
    to.writeObjectFieldStart("config");
    writeDuration("maxTime", limits.maxTime(), to);
    if (limits.idleTimeout().isPresent()) {
      writeDuration("idleTimeout", limits.idleTimeout().get(), to);
    }
    if (limits.queueTtl().isPresent()) {
      writeDuration("queueTtl", limits.queueTtl().get(), to);
    }
    to.writeNumberField("maxAttempts", limits.maxAttempts());
    if (!limits.retryOn().isEmpty()) {
      to.writeArrayFieldStart("retryOn");
      for (FailureReason reason : FailureReason.values()) {
        if (limits.retryOn().contains(reason)) {
          to.writeString(reason.wireName());
        }
      }
      to.writeEndArray();
    }
    if (limits.retryMode().isPresent()) {
      to.writeStringField("retryMode", limits.retryMode().get().wireName());
    }
    to.writeEndObject();
  }

  private static void writeContinuation(Continuation continuation, JsonGenerator to)
      throws IOException {
    to.writeObjectFieldStart("continues");
    to.writeStringField("run", continuation.run().value());
    if (continuation.prompt().isPresent()) {
      to.writeStringField("prompt", continuation.prompt().get());
    }
    to.writeEndObject();
  }

  private static void writeState(WorkOrderState state, JsonGenerator to) throws IOException {
    if (state.attempt().isPresent()) {
      Attempt attempt = state.attempt().get();
      to.writeStringField("currentRunId", attempt.run().value());
      writeTime("startedAt", attempt.startedAt(), to);
      writeTime("timeoutAt", attempt.timeoutAt(), to);
    }
    switch (state) {
      case Queued queued -> {
        if (queued.notBefore().isPresent()) {
          writeTime("notBefore", queued.notBefore().get(), to);
        }
        to.writeBooleanField("requested", queued.requested());
        if (queued.expeditedAt().isPresent()) {
          writeTime("expeditedAt", queued.expeditedAt().get(), to);
        }
      }
      case Running _ -> {}
      case Completed completed -> writeTime("completedAt", completed.completedAt(), to);
      case Failed failed -> {
        writeTime("failedAt", failed.failedAt(), to);
        to.writeStringField("failureReason", failed.reason().wireName());
        to.writeStringField("error", failed.error());
        if (failed.exit().isPresent()) {
          to.writeNumberField("exitCode", failed.exit().get().code());
        }
      }
      case Cancelled cancelled -> writeTime("cancelledAt", cancelled.cancelledAt(), to);
    }
  }

  private static void writeTime(String field, Instant time, JsonGenerator to) throws IOException {
    to.writeStringField(field, time.toString());
  }

  private static void writeDuration(String field, Duration duration, JsonGenerator to)
      throws IOException {
    if (duration.equals(Duration.ofMillis(duration.toMillis()))) {
      to.writeNumberField(field, duration.toMillis());
    } else {
      to.writeStringField(field, duration.toString());
    }
  }

  public static WorkOrder decode(byte[] json) throws UnreadableRecordException {
    return decode(json, json.length);
  }

  /**
   * Reads an order.
   *
   * @param length how many bytes of {@code json} belong to the order
   * @throws UnreadableRecordException if it is not a complete and valid order of a known schema
   */
  public static WorkOrder decode(byte[] json, int length) throws UnreadableRecordException {
    Fields fields = new Fields();
    try (JsonParser from = JSON.createParser(json, 0, length)) {
      if (from.nextToken() != JsonToken.START_OBJECT) {
        throw new UnreadableRecordException("not a JSON object");
      }
      readFields(from, fields);
      if (from.nextToken() != null) {
        throw new UnreadableRecordException("something follows the JSON object");
      }
      return fields.order();
    } catch (IOException e) {
      throw JsonFields.malformed(e);
    }
  }

  private static void readFields(JsonParser from, Fields to)
      throws IOException, UnreadableRecordException {
    for (String field = from.nextFieldName(); field != null; field = from.nextFieldName()) {
      from.nextToken();
      switch (field) {
        case "schemaVersion" -> {
          to.schemaVersion = JsonFields.integer(from, field, 1, Integer.MAX_VALUE);
          if (to.schemaVersion != SCHEMA_VERSION) {
            throw new UnreadableRecordException("unknown schemaVersion " + to.schemaVersion);
          }
        }
        case "revision" -> to.revision = JsonFields.number(from, field, 1, Long.MAX_VALUE);
        case "id" -> {
          String id = JsonFields.text(from, field);
          to.id =
              WorkOrderId.parse(id)
                  .orElseThrow(() -> new UnreadableRecordException("id is not a work order id"));
        }
        case "status" -> {
          String status = JsonFields.text(from, field);
          to.status =
              WorkOrderStatus.parse(status)
                  .orElseThrow(() -> new UnreadableRecordException("status is unknown"));
        }
        case "taskPrompt" -> to.taskPrompt = JsonFields.nonEmptyText(from, field);
        case "agentType" -> to.agentType = JsonFields.nonEmptyText(from, field);
        case "workspaceSource" -> to.source = readSource(from);
        case "config" -> to.limits = readLimits(from);
        case "maxIterations" ->
            to.maxIterations = OptionalInt.of(JsonFields.integer(from, field, 1, 100));
        case "model" -> to.model = JsonFields.nonEmptyText(from, field);
        case "maxCostUsd" -> to.maxCostUsd = JsonFields.positiveDecimal(from, field);
        case "priority" -> to.priority = JsonFields.integer(from, field, -100, 100);
        case "labels" -> to.labels = readLabels(from);
        case "publish" -> to.publish = Optional.of(PublishCodec.readRequest(from, field));
        case "attempt" -> to.attempts = JsonFields.integer(from, field, 0, Integer.MAX_VALUE);
        case "runs" -> to.runs = readRuns(from);
        case "idempotencyKey" -> to.idempotencyKey = readIdempotencyKey(from);
        case "createdAt" -> to.createdAt = JsonFields.time(from, field);
        case "updatedAt" -> to.updatedAt = JsonFields.time(from, field);
        case "queuedAt" -> to.queuedAt = JsonFields.time(from, field);
        case "currentRunId" -> to.currentRun = readRunId(from, field);
        case "startedAt" -> to.startedAt = JsonFields.time(from, field);
        case "timeoutAt" -> to.timeoutAt = JsonFields.time(from, field);
        case "notBefore" -> to.notBefore = JsonFields.time(from, field);
        case "requested" -> to.requested = JsonFields.bool(from, field);
        case "expeditedAt" -> to.expeditedAt = JsonFields.time(from, field);
        case "completedAt" -> to.completedAt = JsonFields.time(from, field);
        case "failedAt" -> to.failedAt = JsonFields.time(from, field);
        case "cancelledAt" -> to.cancelledAt = JsonFields.time(from, field);
        case "failureReason" -> to.failureReason = readReason(from, field);
        case "error" -> to.error = JsonFields.text(from, field);
        case "continues" -> to.continuation = readContinuation(from);
        case "exitCode" -> to.exit = new ExitStatus(JsonFields.integer(from, field, 0, 255));
        default -> from.skipChildren();
      }
    }
  }

  private static Continuation readContinuation(JsonParser from)
      throws IOException, UnreadableRecordException {
    JsonFields.expect(from, JsonToken.START_OBJECT, "continues");
    RunId run = null;
    String prompt = null;
    for (String field = from.nextFieldName(); field != null; field = from.nextFieldName()) {
      from.nextToken();
      switch (field) {
        case "run" -> run = readRunId(from, "continues.run");
        case "prompt" -> prompt = JsonFields.nonEmptyText(from, "continues.prompt");
        default -> from.skipChildren();
      }
    }
    return new Continuation(JsonFields.required(run, "continues.run"), Optional.ofNullable(prompt));
  }

  private static WorkspaceSource readSource(JsonParser from)
      throws IOException, UnreadableRecordException {
    JsonFields.expect(from, JsonToken.START_OBJECT, "workspaceSource");
    Map<String, String> parts = new TreeMap<>();
    for (String field = from.nextFieldName(); field != null; field = from.nextFieldName()) {
      from.nextToken();
      parts.put(field, JsonFields.text(from, "workspaceSource." + field));
    }
    String type = JsonFields.required(parts.get("type"), "workspaceSource.type");
    return switch (type) {
      case "github" ->
          new WorkspaceSource.GitHub(
              part(parts, "owner", NAME),
              part(parts, "repo", NAME),
              revision(parts, "branch"),
              revision(parts, "ref"));
      case "git" ->
          new WorkspaceSource.Git(
              part(parts, "url", URL), revision(parts, "branch"), revision(parts, "ref"));
      case "local" -> new WorkspaceSource.Local(part(parts, "path", PATH));
      case "empty" -> new WorkspaceSource.Empty();
      default -> throw new UnreadableRecordException("workspaceSource.type is unknown");
    };
  }

  private static String part(Map<String, String> parts, String name, Pattern form)
      throws UnreadableRecordException {
    String field = "workspaceSource." + name;
    String value = JsonFields.required(parts.get(name), field);
    if (!form.matcher(value).matches()) {
      throw new UnreadableRecordException(field + " is not allowed");
    }
    return value;
  }

  private static Optional<String> revision(Map<String, String> parts, String name)
      throws UnreadableRecordException {
    return parts.containsKey(name) ? Optional.of(part(parts, name, BRANCH)) : Optional.empty();
  }

  private static RunLimits readLimits(JsonParser from)
      throws IOException, UnreadableRecordException {
    JsonFields.expect(from, JsonToken.START_OBJECT, "config");
    Duration maxTime = null;
    Duration idleTimeout = null;
    Duration queueTtl = null;
    int maxAttempts = 0;
    Set<FailureReason> retryOn = EnumSet.noneOf(FailureReason.class);
    RetryMode retryMode = null;
    for (String field = from.nextFieldName(); field != null; field = from.nextFieldName()) {
      from.nextToken();
      switch (field) {
        case "maxTime" -> maxTime = JsonFields.duration(from, "config.maxTime");
        case "idleTimeout" -> idleTimeout = JsonFields.duration(from, "config.idleTimeout");
        case "queueTtl" -> queueTtl = JsonFields.duration(from, "config.queueTtl");
        case "maxAttempts" -> maxAttempts = JsonFields.integer(from, "config.maxAttempts", 1, 10);
        case "retryMode" -> {
          String mode = JsonFields.text(from, "config.retryMode");
          retryMode =
              RetryMode.parse(mode)
                  .orElseThrow(() -> new UnreadableRecordException("config.retryMode is unknown"));
        }
        case "retryOn" -> {
          JsonFields.expect(from, JsonToken.START_ARRAY, "config.retryOn");
          while (from.nextToken() != JsonToken.END_ARRAY) {
            retryOn.add(readReason(from, "config.retryOn"));
          }
        }
        default -> from.skipChildren();
      }
    }
    if (maxAttempts == 0) {
      throw JsonFields.missing("config.maxAttempts");
    }
    return new RunLimits(
        JsonFields.required(maxTime, "config.maxTime"),
        Optional.ofNullable(idleTimeout),
        Optional.ofNullable(queueTtl),
        maxAttempts,
        retryOn,
        Optional.ofNullable(retryMode));
  }

  private static FailureReason readReason(JsonParser from, String field)
      throws IOException, UnreadableRecordException {
    String reason = JsonFields.text(from, field);
    return FailureReason.parse(reason)
        .orElseThrow(() -> new UnreadableRecordException(field + " is unknown"));
  }

  static Map<String, String> readLabels(JsonParser from)
      throws IOException, UnreadableRecordException {
    JsonFields.expect(from, JsonToken.START_OBJECT, "labels");
    Map<String, String> labels = new TreeMap<>();
    for (String field = from.nextFieldName(); field != null; field = from.nextFieldName()) {
      from.nextToken();
      labels.put(field, JsonFields.text(from, "labels"));
    }
    return labels;
  }

  private static List<RunId> readRuns(JsonParser from)
      throws IOException, UnreadableRecordException {
    JsonFields.expect(from, JsonToken.START_ARRAY, "runs");
    List<RunId> runs = new ArrayList<>(2);
    while (from.nextToken() != JsonToken.END_ARRAY) {
      runs.add(readRunId(from, "runs"));
    }
    return runs;
  }

  private static RunId readRunId(JsonParser from, String field)
      throws IOException, UnreadableRecordException {
    String run = JsonFields.text(from, field);
    return RunId.parse(run)
        .orElseThrow(() -> new UnreadableRecordException(field + " is not a run id"));
  }

  private static IdempotencyKey readIdempotencyKey(JsonParser from)
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

  /** The values read so far. */
  private static final class Fields {
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

    private WorkOrder order() throws UnreadableRecordException {
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
        case RUNNING -> new Running(attempt(), UNWRITTEN_LEASE);
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
  }
}
