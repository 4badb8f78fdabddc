/** Executes runs as supervised processes of this machine: starts, adopts, finds and stops them. */
@NullMarked
package dev.agentgate.execution.local;

import org.jspecify.annotations.NullMarked;
