package dev.agentgate.api.access;

import dev.agentgate.api.ApiGate;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import java.util.Optional;

/** Who sent the request at hand. */
@RequestScoped
public class CurrentCaller {
  private static final String KEY = "agentgate.caller";

  private final RoutingContext request;

  @Inject
  CurrentCaller(RoutingContext request) {
    this.request = request;
  }

  /** The caller, as {@link ApiGate} found it. */
  public Caller get() {
    return of(request)
        .orElseThrow(() -> new IllegalStateException("The request did not pass the gate"));
  }

  /** Who sent a request; empty if it showed no valid key. */
  public static Optional<Caller> of(RoutingContext request) {
    return Optional.ofNullable(request.get(KEY));
  }

  public static void remember(RoutingContext request, Caller caller) {
    request.put(KEY, caller);
  }
}
