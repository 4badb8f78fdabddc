/** The checks that are made before the service starts. */
@NullMarked
package dev.agentgate.runtime.check;

import org.jspecify.annotations.NullMarked;
