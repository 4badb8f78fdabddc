package dev.agentgate.ops;

import dev.agentgate.agent.Agents;
import dev.agentgate.execution.RunOutputs;
import dev.agentgate.execution.StopReport;
import dev.agentgate.queue.QueueHealth;
import dev.agentgate.queue.QueueObserver;
import dev.agentgate.queue.Transition;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.RunOutcome;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderState.Running;
import dev.agentgate.workorder.WorkOrderStatus;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What happens in the queue, in numbers. Every series exists from the start, at zero, and no tag
 * holds an id: tags are reasons, modes and the configured agents.
 */
@Singleton
class QueueMetrics implements QueueObserver {
  /** Stands for agents that are no longer configured but still have orders. */
  static final String OTHER_AGENT = "other";

  private static final List<String> STOP_MODES =
      List.of("cancel", "kill", "timeout", "idle_timeout", "interrupt", "lease", "sweep");
  private static final List<String> OUTCOMES = List.of("completed", "failed", "cancelled");

  private static final Duration[] WAITS = {
    Duration.ofSeconds(1),
    Duration.ofSeconds(10),
    Duration.ofMinutes(1),
    Duration.ofMinutes(5),
    Duration.ofMinutes(15),
    Duration.ofHours(1),
    Duration.ofHours(6)
  };
  private static final Duration[] STARTS = {
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofSeconds(1),
    Duration.ofSeconds(5),
    Duration.ofSeconds(30),
    Duration.ofMinutes(2)
  };
  private static final Duration[] RUNS = {
    Duration.ofSeconds(1),
    Duration.ofSeconds(10),
    Duration.ofMinutes(1),
    Duration.ofMinutes(5),
    Duration.ofMinutes(15),
    Duration.ofMinutes(30),
    Duration.ofHours(1),
    Duration.ofHours(4)
  };
  private static final Duration[] STOPS = {
    Duration.ofMillis(50),
    Duration.ofMillis(250),
    Duration.ofSeconds(1),
    Duration.ofSeconds(5),
    Duration.ofSeconds(6),
    Duration.ofSeconds(10),
    Duration.ofSeconds(30)
  };

  private final MeterRegistry meters;
  private final Set<String> agents;
  private final Timer wait;
  private final Timer launch;
  private final Timer queuedToLaunch;
  private final Counter expired;
  private final Counter adopted;
  private final Counter orphans;

  QueueMetrics(MeterRegistry meters, Agents agents, RunOutputs outputs) {
    this.meters = meters;
    this.agents = new HashSet<>(agents.types());
    wait = timer("agentgate.queue.wait", "From entering the queue to taking a slot", WAITS);
    launch =
        timer(
            "agentgate.run.launch",
            "From taking a slot to the start of the agent's process, checkout included",
            STARTS);
    queuedToLaunch =
        timer(
            "agentgate.queue.to.launch",
            "From entering the queue to the start of the agent's process",
            STARTS);
    expired = counter("agentgate.queue.expired", "Orders that waited longer than their limit");
    adopted =
        counter(
            "agentgate.runs.adopted",
            "Runs of an earlier process of the service that were adopted");
    orphans = counter("agentgate.orphans.cleaned", "Leftovers without an order that were removed");
    FunctionCounter.builder("agentgate.log.dropped", outputs, RunOutputs::droppedBytes)
        .description("Output of agents that was cut out of logs above their maximum size")
        .baseUnit("bytes")
        .register(meters);
    startAtZero();
  }

  private void startAtZero() {
    List<String> types = new ArrayList<>(agents);
    types.add(OTHER_AGENT);
    for (String agent : types) {
      OUTCOMES.forEach(outcome -> runDuration(agent, outcome));
    }
    finished("completed");
    finished("cancelled");
    for (FailureReason reason : FailureReason.values()) {
      // An order that expired in the queue has no run to finish with that reason.
      if (reason != FailureReason.QUEUE_EXPIRED) {
        finished(reason.wireName());
      }
    }
    STOP_MODES.forEach(this::stopDuration);
    for (QueueHealth.Block block : QueueHealth.Block.values()) {
      startsBlocked(block);
    }
  }

  @Override
  public void transitioned(Transition transition) {
    WorkOrder order = transition.order();
    if (order.state() instanceof Running running) {
      wait.record(positive(order.queuedAt(), running.current().startedAt()));
    } else if (order.status() == WorkOrderStatus.FAILED
        && transition.from().filter(WorkOrderStatus.QUEUED::equals).isPresent()) {
      expired.increment();
    }
  }

  @Override
  public void runEnded(WorkOrder order, RunOutcome outcome) {
    String status = outcome.wireName();
    finished(outcome.failureReason().map(FailureReason::wireName).orElse(status)).increment();
    String type = order.spec().agentType();
    Instant began = order.state().attempt().orElseThrow().startedAt();
    runDuration(agents.contains(type) ? type : OTHER_AGENT, status)
        .record(positive(began, outcome.at()));
  }

  @Override
  public void stopped(String mode, StopReport report) {
    if (report.killed()) {
      stopDuration(mode).record(report.took());
    }
  }

  @Override
  public void launched(Duration sinceQueued, Duration sinceClaimed) {
    launch.record(sinceClaimed);
    queuedToLaunch.record(sinceQueued);
  }

  @Override
  public void adopted() {
    adopted.increment();
  }

  @Override
  public void orphansCleaned(int count) {
    orphans.increment(count);
  }

  @Override
  public void blocked(QueueHealth.Block reason) {
    startsBlocked(reason).increment();
  }

  private static Duration positive(Instant from, Instant to) {
    Duration between = Duration.between(from, to);
    return between.isNegative() ? Duration.ZERO : between;
  }

  private Counter counter(String name, String description) {
    return Counter.builder(name).description(description).register(meters);
  }

  private Timer timer(String name, String description, Duration[] buckets) {
    return Timer.builder(name)
        .description(description)
        .serviceLevelObjectives(buckets)
        .register(meters);
  }

  private Counter finished(String reason) {
    return Counter.builder("agentgate.runs.finished")
        .description("Runs that ended, by outcome")
        .tag("reason", reason)
        .register(meters);
  }

  private Timer runDuration(String agent, String outcome) {
    return Timer.builder("agentgate.run.duration")
        .description("From taking a slot to the end of the agent")
        .tag("agent", agent)
        .tag("outcome", outcome)
        .serviceLevelObjectives(RUNS)
        .register(meters);
  }

  private Timer stopDuration(String mode) {
    return Timer.builder("agentgate.stop.duration")
        .description("From the request to stop live processes to the proof that they are gone")
        .tag("mode", mode)
        .serviceLevelObjectives(STOPS)
        .register(meters);
  }

  private Counter startsBlocked(QueueHealth.Block reason) {
    return Counter.builder("agentgate.starts.blocked")
        .description("Number of times that the head of the queue could not start")
        .tag("reason", reason.wireName())
        .register(meters);
  }
}
