/** The use cases and all rules: what starts, when, and why not. */
@NullMarked
package dev.agentgate.queue;

import org.jspecify.annotations.NullMarked;
