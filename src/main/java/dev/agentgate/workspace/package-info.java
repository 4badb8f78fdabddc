/** Workspaces: parses the sources that clients name, and checks them out for agents. */
@NullMarked
package dev.agentgate.workspace;

import org.jspecify.annotations.NullMarked;
