/**
 * The output of runs: their directories and logs, the cap, the mask, and the followers of a log.
 */
@NullMarked
package dev.agentgate.output;

import org.jspecify.annotations.NullMarked;
