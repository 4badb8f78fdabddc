/** Agents: their command lines, their environment, and the meaning of their output. */
@NullMarked
package dev.agentgate.agent;

import org.jspecify.annotations.NullMarked;
