package dev.agentgate.api;

import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;

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
    Caller caller = request.get(KEY);
    if (caller == null) {
      throw new IllegalStateException("The request did not pass the gate");
    }
    return caller;
  }

  static void remember(RoutingContext request, Caller caller) {
    request.put(KEY, caller);
  }
}
