package dev.agentgate.api.relay;

import io.vertx.ext.web.RoutingContext;

/** Is told of calls that are refused before a resource could see them. */
@FunctionalInterface
public interface RefusedCalls {
  void refused(RoutingContext call, int status);
}
