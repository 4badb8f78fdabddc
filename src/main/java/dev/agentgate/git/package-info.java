/** Runs the {@code git} command safely: clone, mirror, compare, push; its URLs and names. */
@NullMarked
package dev.agentgate.git;

import org.jspecify.annotations.NullMarked;
