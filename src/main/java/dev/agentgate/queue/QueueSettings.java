package dev.agentgate.queue;

import dev.agentgate.workspace.WorkspaceRetention;
import java.time.Duration;
import java.util.Optional;

/**
 * The limits of the queue and of its runs.
 *
 * @param autoProcess whether orders start without a request for a run
 * @param maxConcurrent the number of slots, 1 or more
 * @param staggerDelay the least time between two starts
 * @param minAvailableMemory in bytes; nothing starts if less is available; 0: no limit
 * @param minFreeDisk in bytes; nothing starts if less is free; 0: no limit
 * @param maxDepth how many orders may wait
 * @param maxConcurrentPerRepository how many orders of one repository may run at once; 0: no limit
 * @param localShared whether several orders may work in the same local directory at once
 * @param maxTime the limit for orders that specify none
 * @param killGrace the time from SIGTERM to SIGKILL
 * @param defaultAgent the agent for orders that specify none
 * @param stuckThreshold an order that runs longer than this raises an alert
 * @param queueDepthThreshold more waiting orders than this raise an alert
 * @param retention how long terminal orders are kept; empty: forever
 * @param workspaces which workspaces of ended runs are kept
 * @param budgets what runs may cost a day
 */
public record QueueSettings(
    boolean autoProcess,
    int maxConcurrent,
    Duration staggerDelay,
    long minAvailableMemory,
    long minFreeDisk,
    int maxDepth,
    int maxConcurrentPerRepository,
    boolean localShared,
    Duration maxTime,
    Duration killGrace,
    String defaultAgent,
    Duration stuckThreshold,
    int queueDepthThreshold,
    Optional<Duration> retention,
    WorkspaceRetention workspaces,
    DailyBudgets budgets) {}
