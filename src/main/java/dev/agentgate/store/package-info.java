/** The store's service provider interface: what was acknowledged is never lost. */
@NullMarked
package dev.agentgate.store;

import org.jspecify.annotations.NullMarked;
