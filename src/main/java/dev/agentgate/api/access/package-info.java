/** Who may call what: keys, roles, and which endpoint asks for which. */
@NullMarked
package dev.agentgate.api.access;

import org.jspecify.annotations.NullMarked;
