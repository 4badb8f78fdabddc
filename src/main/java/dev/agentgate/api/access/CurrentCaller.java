package dev.agentgate.api.access;

import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/** Keeps the sender of a request with it, for the handlers after the gate. */
public final class CurrentCaller {
  private static final String KEY = "agentgate.caller";

  private CurrentCaller() {}

  /** The caller of a request; empty if it sent no valid key. */
  public static Optional<Caller> of(RoutingContext request) {
    return Optional.ofNullable(request.get(KEY));
  }

  public static void remember(RoutingContext request, Caller caller) {
    request.put(KEY, caller);
  }
}
