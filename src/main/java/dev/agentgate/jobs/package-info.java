/** When maintenance runs. */
@NullMarked
package dev.agentgate.jobs;

import org.jspecify.annotations.NullMarked;
