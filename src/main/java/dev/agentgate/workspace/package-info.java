/**
 * Workspaces: parses the sources that clients name, checks them out for agents, and collects and
 * commits what agents changed.
 */
@NullMarked
package dev.agentgate.workspace;

import org.jspecify.annotations.NullMarked;
