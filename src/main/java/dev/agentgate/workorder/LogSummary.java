package dev.agentgate.workorder;

import java.time.Instant;

/**
 * What is known of the log of a run that is over, also where the log is not.
 *
 * @param bytes the number of bytes that the run's processes wrote
 * @param lastActivityAt when they last wrote, or started
 */
public record LogSummary(long bytes, Instant lastActivityAt) {}
