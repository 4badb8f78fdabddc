package dev.agentgate.queue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.Rfc3339;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderState.Failed;
import dev.agentgate.workorder.WorkOrderStatus;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Optional;

/**
 * The public description of a change of an order's status. It contains nothing that a client wrote.
 *
 * @param previousStatus empty: the order was submitted
 * @param run the current run, or the last run if the order is terminal
 * @param reason why the order failed; empty if it did not fail
 * @param revision the order's revision: grows with each change, not always by one
 */
public record StatusEvent(
    WorkOrderId workOrder,
    WorkOrderStatus status,
    Optional<WorkOrderStatus> previousStatus,
    int attempt,
    Optional<RunId> run,
    Optional<FailureReason> reason,
    Instant at,
    long revision) {
  /** The name under which such an event is sent. */
  public static final String NAME = "work-order";

  private static final JsonFactory JSON = new JsonFactory();

  static StatusEvent of(WorkOrder order, Optional<WorkOrderStatus> previous) {
    return new StatusEvent(
        order.id(),
        order.status(),
        previous,
        order.attempts(),
        order.currentRun(),
        order.state() instanceof Failed failed ? Optional.of(failed.reason()) : Optional.empty(),
        order.updatedAt(),
        order.revision());
  }

  /** Returns the event as JSON on one line; absent values are left out. */
  public String json() {
    StringWriter text = new StringWriter(320);
    try (JsonGenerator out = JSON.createGenerator(text)) {
      out.writeStartObject();
      out.writeStringField("workOrderId", workOrder.value());
      out.writeStringField("status", status.wireName());
      if (previousStatus.isPresent()) {
        out.writeStringField("previousStatus", previousStatus.get().wireName());
      }
      out.writeNumberField("attempt", attempt);
      if (run.isPresent()) {
        out.writeStringField("runId", run.get().value());
      }
      if (reason.isPresent()) {
        out.writeStringField("failureReason", reason.get().wireName());
      }
      out.writeStringField("at", Rfc3339.text(at));
      out.writeNumberField("revision", revision);
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("A text in memory could not be written", e);
    }
    return text.toString();
  }
}
