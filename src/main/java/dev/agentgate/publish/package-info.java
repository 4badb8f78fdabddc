/** Publishes what agents changed: branches and pull requests. */
@NullMarked
package dev.agentgate.publish;

import org.jspecify.annotations.NullMarked;
