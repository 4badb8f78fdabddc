/**
 * The domain: work orders, runs, their states and pure transitions. It depends on no other package.
 */
@NullMarked
package dev.agentgate.workorder;

import org.jspecify.annotations.NullMarked;
