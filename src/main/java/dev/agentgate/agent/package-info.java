/** What an agent is: its command line, its environment, and what its output tells. */
@NullMarked
package dev.agentgate.agent;

import org.jspecify.annotations.NullMarked;
