/** Supervised operating-system processes: start, adopt, find and stop them, and read their logs. */
@NullMarked
package dev.agentgate.process;

import org.jspecify.annotations.NullMarked;
