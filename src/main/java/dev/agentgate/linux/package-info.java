/**
 * What Linux says and does: processes and signals, cgroups, memory, disk, and a clock that no one
 * sets.
 */
@NullMarked
package dev.agentgate.linux;

import org.jspecify.annotations.NullMarked;
