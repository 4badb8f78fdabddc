package dev.agentgate.execution;

import java.time.Duration;

/**
 * What a stop did.
 *
 * @param killed whether there was a live process when it began
 * @param survivors processes of the run that still live; 0 unless the kernel cannot kill them
 * @param took from the call to the proof
 */
public record StopReport(boolean killed, int survivors, Duration took) {}
