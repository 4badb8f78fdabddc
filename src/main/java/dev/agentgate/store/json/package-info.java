/** The JSON in which stores keep orders and runs. */
@NullMarked
package dev.agentgate.store.json;

import org.jspecify.annotations.NullMarked;
