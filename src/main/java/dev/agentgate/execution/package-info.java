/**
 * Where runs are executed: the SPI {@link dev.agentgate.execution.Executor}, which the supervisor
 * of a run stands on. {@code execution.local} executes on this machine.
 */
@NullMarked
package dev.agentgate.execution;

import org.jspecify.annotations.NullMarked;
