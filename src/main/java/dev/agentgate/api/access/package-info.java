/** Access control: keys, roles, and the role that each endpoint needs. */
@NullMarked
package dev.agentgate.api.access;

import org.jspecify.annotations.NullMarked;
