package dev.agentgate.linux;

/**
 * Identifies a process beyond its pid, because pids are reused.
 *
 * @param pid the process id
 * @param startTicks clock ticks from boot to its start (proc_pid_stat(5), field 22)
 * @param bootId of the kernel it ran on ({@code /proc/sys/kernel/random/boot_id})
 */
public record ProcessIdentity(long pid, long startTicks, String bootId) {}
