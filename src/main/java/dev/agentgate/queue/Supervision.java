package dev.agentgate.queue;

import dev.agentgate.execution.Executor;
import dev.agentgate.output.RunDirectories;
import dev.agentgate.store.Store;
import dev.agentgate.workspace.Workspaces;
import java.time.Clock;
import java.time.Duration;

/**
 * What every supervisor of a run works with.
 *
 * @param store to read; what is written goes through {@code orders}
 * @param slotFreed called after a slot became free
 */
record Supervision(
    Store store,
    Executor executor,
    RunDirectories directories,
    Workspaces workspaces,
    RunSlots slots,
    Orders orders,
    Clock clock,
    Duration killGrace,
    Runnable slotFreed) {}
