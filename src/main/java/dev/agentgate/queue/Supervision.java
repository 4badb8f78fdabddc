package dev.agentgate.queue;

import dev.agentgate.execution.AgentLauncher;
import dev.agentgate.execution.ProcessManager;
import dev.agentgate.linux.OutOfMemoryKills;
import dev.agentgate.output.LogCapper;
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
    ProcessManager processes,
    RunDirectories directories,
    Workspaces workspaces,
    AgentLauncher launcher,
    OutOfMemoryKills outOfMemoryKills,
    LogCapper logCapper,
    RunSlots slots,
    Orders orders,
    Clock clock,
    Duration killGrace,
    Runnable slotFreed) {}
