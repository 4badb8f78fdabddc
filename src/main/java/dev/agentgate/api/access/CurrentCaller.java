package dev.agentgate.api.access;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/** Keeps the sender of a request with it, for the handlers after the gate. */
public final class CurrentCaller {
  private static final String KEY = "agentgate.caller";
  private static final AttributeKey<Boolean> KNOWN = AttributeKey.valueOf("agentgate.known");

  private CurrentCaller() {}

  /** The caller of a request; empty if it sent no valid key. */
  public static Optional<Caller> of(RoutingContext request) {
    return Optional.ofNullable(request.get(KEY));
  }

  public static void remember(RoutingContext request, Caller caller) {
    request.put(KEY, caller);
    if (request.request().connection() instanceof ConnectionBase connection) {
      connection.channel().attr(KNOWN).set(true);
    }
  }

  /** Whether a request with a valid key has come over this connection. */
  public static boolean isKnown(Channel connection) {
    return connection.hasAttr(KNOWN);
  }
}
