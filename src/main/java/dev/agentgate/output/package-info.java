/**
 * The output of runs as files of this machine: the directories of runs, and their logs with cap,
 * hole and tail.
 */
@NullMarked
package dev.agentgate.output;

import org.jspecify.annotations.NullMarked;
