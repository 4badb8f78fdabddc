/** What a command line reads from and writes to: streams, colours, tables, exit codes. */
@NullMarked
package dev.agentgate.cli.console;

import org.jspecify.annotations.NullMarked;
