package dev.agentgate.queue;

import dev.agentgate.agent.Agents;
import dev.agentgate.agent.OutputFormat;
import dev.agentgate.store.Store;
import dev.agentgate.workorder.Run;

/** The formats in which the agents of runs print, according to the current settings. */
public final class RunFormats {
  private final Store store;
  private final Agents agents;

  public RunFormats(Store store, Agents agents) {
    this.store = store;
    this.agents = agents;
  }

  /** Returns the format of a run's log; text if its order is gone or its agent is unknown. */
  public OutputFormat of(Run run) {
    return store
        .workOrders()
        .find(run.workOrderId())
        .map(order -> agents.output(order.spec().agentType()))
        .orElse(OutputFormat.TEXT);
  }
}
