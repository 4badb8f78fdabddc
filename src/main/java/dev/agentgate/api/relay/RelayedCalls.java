package dev.agentgate.api.relay;

import dev.agentgate.api.access.Caller;
import dev.agentgate.api.problem.ApiException;
import dev.agentgate.api.problem.ProblemType;
import dev.agentgate.store.Instances;
import dev.agentgate.store.Store;
import dev.agentgate.workorder.InstanceId;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * Recognises calls that another instance of the service passes on. That instance has checked the
 * caller's key; the secret of the instances proves it.
 */
@Singleton
public class RelayedCalls {
  private static final String KEY = "agentgate.relayed";

  private final Provider<Store> store;

  /**
   * @param store is asked for only while calls are served: it is not open when beans are made
   */
  @Inject
  RelayedCalls(Provider<Store> store) {
    this.store = store;
  }

  /**
   * Returns the caller of a call that another instance passes on; empty if it is an ordinary call.
   *
   * @throws ApiException 401 if it claims to be passed on, with a wrong secret; 503 if it is meant
   *     for another instance
   */
  public Optional<Caller> admit(RoutingContext call) {
    MultiMap headers = call.request().headers();
    String secret = headers.get(RelayHeaders.SECRET);
    if (secret == null) {
      return Optional.empty();
    }
    Instances instances = store.get().instances();
    Optional<Caller> caller = RelayHeaders.caller(headers);
    if (!instances.shared() || !isSame(secret, instances.secret()) || caller.isEmpty()) {
      throw new ApiException(
          ProblemType.UNAUTHENTICATED, "The secret of the instances is wrong or does not apply");
    }
    // Otherwise it could go round forever, or be answered for another instance.
    InstanceId self = store.get().instance();
    if (!RelayHeaders.isMeantFor(self, headers)) {
      throw new ApiException(
          ProblemType.BUSY,
          "A call to another instance has reached the instance %s. Check agentgate.instance.address"
              .formatted(self));
    }
    call.put(KEY, true);
    return caller;
  }

  /** Whether another instance passes this call on. Such a call must not be passed on again. */
  static boolean isRelayed(RoutingContext call) {
    return call.get(KEY) != null;
  }

  private static boolean isSame(String sent, String secret) {
    return MessageDigest.isEqual(
        sent.getBytes(StandardCharsets.UTF_8), secret.getBytes(StandardCharsets.UTF_8));
  }
}
