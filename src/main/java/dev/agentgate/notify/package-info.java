/** Tells others over HTTP what changed: webhooks. */
@NullMarked
package dev.agentgate.notify;

import org.jspecify.annotations.NullMarked;
