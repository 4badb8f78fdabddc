/** Webhooks: posts changes of work orders over HTTP. */
@NullMarked
package dev.agentgate.notify;

import org.jspecify.annotations.NullMarked;
