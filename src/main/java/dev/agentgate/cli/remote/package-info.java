/** The server as the command line sees it: its address and key, HTTP, streams of events. */
@NullMarked
package dev.agentgate.cli.remote;

import org.jspecify.annotations.NullMarked;
