/** The HTTP interface: resources, request and response records, problems, keys and roles. */
@NullMarked
package dev.agentgate.api;

import org.jspecify.annotations.NullMarked;
