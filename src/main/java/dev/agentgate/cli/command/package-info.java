/** The commands. */
@NullMarked
package dev.agentgate.cli.command;

import org.jspecify.annotations.NullMarked;
