/** Scheduled maintenance, one line each. */
@NullMarked
package dev.agentgate.jobs;

import org.jspecify.annotations.NullMarked;
