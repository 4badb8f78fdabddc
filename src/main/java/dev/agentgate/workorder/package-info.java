/** The domain: work orders, runs, their states and pure transitions. Knows nothing else. */
@NullMarked
package dev.agentgate.workorder;

import org.jspecify.annotations.NullMarked;
