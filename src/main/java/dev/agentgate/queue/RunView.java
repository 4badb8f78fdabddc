package dev.agentgate.queue;

import dev.agentgate.workorder.Run;

/**
 * A run and the size of its log.
 *
 * @param logBytes the number of bytes that its process wrote
 */
public record RunView(Run run, long logBytes) {}
