package dev.agentgate.store.json;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.agentgate.workorder.AgentChoices;
import dev.agentgate.workorder.Continuation;
import dev.agentgate.workorder.IdempotencyKey;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderSpec;
import dev.agentgate.workorder.WorkOrderState;
import dev.agentgate.workorder.WorkOrderState.Attempt;
import dev.agentgate.workorder.WorkOrderState.Cancelled;
import dev.agentgate.workorder.WorkOrderState.Completed;
import dev.agentgate.workorder.WorkOrderState.Failed;
import dev.agentgate.workorder.WorkOrderState.Queued;
import dev.agentgate.workorder.WorkOrderState.Running;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;

/** Writes an order as JSON. */
final class WorkOrderWriter {
  private WorkOrderWriter() {}

  static void write(WorkOrder order, JsonGenerator to) throws IOException {
    WorkOrderSpec spec = order.spec();
    to.writeStartObject();
    to.writeNumberField("schemaVersion", WorkOrderCodec.SCHEMA_VERSION);
    to.writeNumberField("revision", order.revision());
    to.writeStringField("id", order.id().value());
    to.writeStringField("status", order.status().wireName());
    to.writeStringField("taskPrompt", spec.taskPrompt());
    to.writeStringField("agentType", spec.agentType());
    SourceCodec.write(spec.workspaceSource(), to);
    LimitsCodec.write(spec.limits(), to);
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
}
