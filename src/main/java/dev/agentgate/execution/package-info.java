/** Runs as supervised processes: start, adopt, find and stop them. */
@NullMarked
package dev.agentgate.execution;

import org.jspecify.annotations.NullMarked;
