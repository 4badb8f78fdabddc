/**
 * The SPI for executing runs. The supervisor of a run relies on {@link
 * dev.agentgate.execution.Executor}; {@code execution.local} implements it on this machine.
 */
@NullMarked
package dev.agentgate.execution;

import org.jspecify.annotations.NullMarked;
