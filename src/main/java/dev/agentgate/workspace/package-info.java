/** Where an agent works: reads what a client asked for and checks it out. */
@NullMarked
package dev.agentgate.workspace;

import org.jspecify.annotations.NullMarked;
