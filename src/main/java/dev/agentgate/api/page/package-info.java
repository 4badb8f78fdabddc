/** The page that a person opens in a browser: its files and how they are served. */
@NullMarked
package dev.agentgate.api.page;

import org.jspecify.annotations.NullMarked;
