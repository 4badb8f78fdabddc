/** What an agent is: its command line and its environment. */
@NullMarked
package dev.agentgate.agent;

import org.jspecify.annotations.NullMarked;
