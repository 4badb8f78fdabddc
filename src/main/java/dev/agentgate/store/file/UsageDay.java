package dev.agentgate.store.file;

import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunUsage;
import dev.agentgate.workorder.Usage;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What the runs of one day used, as far as budgets need it. Not safe for use by many threads. */
final class UsageDay {
  private final Set<RunId> runs = new HashSet<>();
  private final Map<String, Usage> byAgent = new HashMap<>();

  boolean contains(RunId run) {
    return runs.contains(run);
  }

  void add(RunUsage used) {
    if (runs.add(used.run())) {
      byAgent.merge(used.agentType(), used.usage(), Usage::plus);
    }
  }

  Map<String, Usage> byAgent() {
    return Map.copyOf(byAgent);
  }
}
