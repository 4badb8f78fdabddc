/** Executes runs as supervised processes of this machine: start, adopt, find and stop them. */
@NullMarked
package dev.agentgate.execution.local;

import org.jspecify.annotations.NullMarked;
