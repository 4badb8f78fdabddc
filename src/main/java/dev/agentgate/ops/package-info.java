/** Operations: health checks, metrics and traces. */
@NullMarked
package dev.agentgate.ops;

import org.jspecify.annotations.NullMarked;
