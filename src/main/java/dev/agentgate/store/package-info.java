/**
 * What a store promises: what was acknowledged is never lost. {@link dev.agentgate.store.Store}
 * bundles its parts. Nothing here says how it is done.
 */
@NullMarked
package dev.agentgate.store;

import org.jspecify.annotations.NullMarked;
