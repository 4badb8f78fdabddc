/** Checks of the machine and of the server, each with what to do. */
@NullMarked
package dev.agentgate.cli.doctor;

import org.jspecify.annotations.NullMarked;
