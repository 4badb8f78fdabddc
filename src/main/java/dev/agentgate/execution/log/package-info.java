/**
 * The logs of runs as readers get them, wherever the runs are executed: as they are, as text, and
 * rendered for people. An executor supplies {@link dev.agentgate.execution.log.RunLog}.
 */
@NullMarked
package dev.agentgate.execution.log;

import org.jspecify.annotations.NullMarked;
