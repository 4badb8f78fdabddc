/**
 * What a store guarantees: a change that was acknowledged is never lost. {@link
 * dev.agentgate.store.Store} bundles the parts. This package does not say how the data is kept.
 */
@NullMarked
package dev.agentgate.store;

import org.jspecify.annotations.NullMarked;
