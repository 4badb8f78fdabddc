/** The command line: a client of the service, in the same executable. */
@NullMarked
package dev.agentgate.cli;

import org.jspecify.annotations.NullMarked;
