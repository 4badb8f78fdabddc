package dev.agentgate.queue;

import dev.agentgate.execution.DeadMansSwitch;
import java.time.Duration;

/**
 * How this instance keeps the orders that it runs, if other instances share its store.
 *
 * @param length how long after its last renewal no other instance takes an order over
 * @param deadMansSwitch ends the runs of this instance if it cannot do so itself
 */
public record LeaseSettings(Duration length, DeadMansSwitch deadMansSwitch) {}
