/** Calls that another instance of the service must answer. */
@NullMarked
package dev.agentgate.api.relay;

import org.jspecify.annotations.NullMarked;
