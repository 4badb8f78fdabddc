package dev.agentgate.queue;

import java.time.Duration;
import java.util.Optional;

/**
 * The limits of the queue and of its runs.
 *
 * @param autoProcess whether orders start without being asked to
 * @param maxConcurrent slots, 1 or more
 * @param staggerDelay the least time between two starts
 * @param minAvailableMemory bytes; nothing starts below it; 0: no such limit
 * @param minFreeDisk bytes; nothing starts below it; 0: no such limit
 * @param maxDepth how many orders may wait
 * @param maxConcurrentPerRepository 0: no such limit
 * @param localShared whether several orders may work in one local directory at once
 * @param maxTime of an order that names none
 * @param killGrace from SIGTERM to SIGKILL
 * @param defaultAgent of an order that names none
 * @param stuckThreshold an order that runs longer raises an alert
 * @param queueDepthThreshold more waiting orders raise an alert
 * @param retention how long terminal orders are kept; empty: for ever
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
    Optional<Duration> retention) {}
