/** The settings: their keys, forms, defaults, bounds and manual, and where values come from. */
@NullMarked
package dev.agentgate.config;

import org.jspecify.annotations.NullMarked;
