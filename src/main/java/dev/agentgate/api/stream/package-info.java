/** Answers that are sent in pieces: server-sent events, and parts of a text. */
@NullMarked
package dev.agentgate.api.stream;

import org.jspecify.annotations.NullMarked;
