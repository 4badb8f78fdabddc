/** Wiring: producers and the ordered start and stop. */
@NullMarked
package dev.agentgate.runtime;

import org.jspecify.annotations.NullMarked;
