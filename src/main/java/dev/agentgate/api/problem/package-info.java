/** Errors as problem documents (RFC 9457). */
@NullMarked
package dev.agentgate.api.problem;

import org.jspecify.annotations.NullMarked;
