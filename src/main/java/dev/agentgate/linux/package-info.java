/**
 * Facts and tools of Linux: processes and signals, cgroups, directory trees, memory, disk, and a
 * clock that cannot be set.
 */
@NullMarked
package dev.agentgate.linux;

import org.jspecify.annotations.NullMarked;
