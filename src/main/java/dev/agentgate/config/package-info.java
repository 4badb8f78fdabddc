/** Configuration interfaces and the checks made at start. */
@NullMarked
package dev.agentgate.config;

import org.jspecify.annotations.NullMarked;
