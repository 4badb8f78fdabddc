/** What an operator sees: health checks and metrics. */
@NullMarked
package dev.agentgate.ops;

import org.jspecify.annotations.NullMarked;
