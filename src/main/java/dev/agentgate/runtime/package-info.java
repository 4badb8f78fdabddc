/** The wiring, the ordered start and stop, and {@code main}. */
@NullMarked
package dev.agentgate.runtime;

import org.jspecify.annotations.NullMarked;
