package dev.agentgate.ops;

import dev.agentgate.agent.AgentVariables;
import dev.agentgate.queue.QueueObserver;
import dev.agentgate.queue.Transition;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderState.Failed;
import dev.agentgate.workorder.WorkOrderStatus;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Traces an order from submit to end. The request's own span has the children {@code queued} and
 * {@code run}, and {@code run} has {@code checkout}; each attempt has its own. The agent finds its
 * run's context in {@code TRACEPARENT}.
 *
 * <p>Traces are held in memory only. After a restart, a waiting order begins a new trace with its
 * next run, and an adopted run has none. The cost is negligible while traces are off.
 */
@Singleton
public class RunTraces implements QueueObserver, AgentVariables {
  /** As many as the default queue depth; beyond it the oldest orders lose their trace. */
  private static final int MOST_TRACES = 100_000;

  private final Tracer tracer;

  /** Guards {@link #traces} and what is in it. */
  private final ReentrantLock lock = new ReentrantLock();

  private final SequencedMap<WorkOrderId, Trace> traces = new LinkedHashMap<>();

  RunTraces(OpenTelemetry telemetry) {
    tracer = telemetry.getTracer("dev.agentgate");
  }

  private static final class Trace {
    private final Context parent;
    private @Nullable Instant queuedAt;
    private Span run = Span.getInvalid();
    private Span checkout = Span.getInvalid();

    private Trace(Context parent) {
      this.parent = parent;
    }
  }

  @Override
  public void transitioned(Transition transition) {
    WorkOrder order = transition.order();
    lock.lock();
    try {
      boolean asked = transition.from().map(WorkOrderStatus::isTerminal).orElse(true);
      Trace trace = asked ? begin(order) : traces.get(order.id());
      switch (order.status()) {
        case QUEUED -> {
          if (trace != null) {
            endRun(trace, order);
            trace.queuedAt = order.updatedAt();
          }
        }
        case RUNNING -> startRun(trace == null ? new Trace(Context.root()) : trace, order);
        case COMPLETED, FAILED, CANCELLED -> {
          if (trace != null) {
            endWait(trace, order);
            endRun(trace, order);
            traces.remove(order.id());
          }
        }
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void checkedOut(WorkOrder order) {
    lock.lock();
    try {
      Trace trace = traces.get(order.id());
      if (trace != null) {
        trace.checkout.end();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Map<String, String> of(WorkOrderId workOrder, RunId run) {
    Map<String, String> variables = new TreeMap<>();
    lock.lock();
    try {
      Trace trace = traces.get(workOrder);
      if (trace != null) {
        W3CTraceContextPropagator.getInstance()
            .inject(
                trace.parent.with(trace.run),
                variables,
                (into, name, value) -> {
                  if (into != null) {
                    into.put(name.toUpperCase(Locale.ROOT), value);
                  }
                });
      }
    } finally {
      lock.unlock();
    }
    return variables;
  }

  /** Runs on the thread of the request that asks for a run. */
  private @Nullable Trace begin(WorkOrder order) {
    Span request = Span.current();
    return request.getSpanContext().isValid()
        ? keep(order, new Trace(Context.root().with(request)))
        : null;
  }

  private Trace keep(WorkOrder order, Trace trace) {
    traces.put(order.id(), trace);
    if (traces.size() > MOST_TRACES) {
      traces.pollFirstEntry();
    }
    return trace;
  }

  private void startRun(Trace trace, WorkOrder order) {
    endWait(trace, order);
    trace.run = begin("run", trace.parent, order, order.updatedAt());
    if (trace.run.getSpanContext().isValid()) {
      order.currentRun().ifPresent(run -> trace.run.setAttribute("agentgate.run.id", run.value()));
      trace.checkout = begin("checkout", trace.parent.with(trace.run), order, order.updatedAt());
      var _ = keep(order, trace);
    }
  }

  private void endWait(Trace trace, WorkOrder order) {
    Instant since = trace.queuedAt;
    if (since != null) {
      begin("queued", trace.parent, order, since).end();
      trace.queuedAt = null;
    }
  }

  private static void endRun(Trace trace, WorkOrder order) {
    trace.run.setAttribute("agentgate.outcome", order.status().wireName());
    if (order.state() instanceof Failed failed) {
      trace.run.setAttribute("agentgate.failure_reason", failed.reason().wireName());
      trace.run.setStatus(StatusCode.ERROR);
    }
    trace.checkout.end();
    trace.run.end();
    trace.run = Span.getInvalid();
  }

  private Span begin(String name, Context parent, WorkOrder order, Instant at) {
    return tracer
        .spanBuilder(name)
        .setParent(parent)
        .setStartTimestamp(at)
        .setAttribute("agentgate.work_order.id", order.id().value())
        .setAttribute("agentgate.agent_type", order.spec().agentType())
        .setAttribute("agentgate.attempt", order.attempts())
        .startSpan();
  }
}
