package dev.agentgate.queue;

import dev.agentgate.process.LogCapper;
import dev.agentgate.process.OutOfMemoryKills;
import dev.agentgate.process.ProcessManager;
import dev.agentgate.process.RunDirectories;
import dev.agentgate.store.WorkOrderStore;
import dev.agentgate.workspace.Workspaces;
import java.time.Clock;
import java.time.Duration;

/**
 * What every supervisor of a run works with.
 *
 * @param slotFreed called after a slot became free
 */
record Supervision(
    WorkOrderStore store,
    ProcessManager processes,
    RunDirectories directories,
    Workspaces workspaces,
    AgentLauncher launcher,
    OutOfMemoryKills outOfMemoryKills,
    LogCapper logCapper,
    RunSlots slots,
    Transitions transitions,
    Clock clock,
    Duration killGrace,
    Runnable slotFreed) {}
