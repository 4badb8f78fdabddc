/**
 * The JSON that the server and its clients share: records for requests and answers, and how they
 * are written and read. Their annotations describe them to Jackson and to the OpenAPI document; the
 * latter are not needed at run time.
 */
@NullMarked
package dev.agentgate.wire;

import org.jspecify.annotations.NullMarked;
