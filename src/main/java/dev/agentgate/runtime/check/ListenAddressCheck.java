package dev.agentgate.runtime.check;

import dev.agentgate.config.AuthConfig;
import dev.agentgate.config.Problem;
import dev.agentgate.config.Settings;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.Config;
import org.jboss.logging.Logger;

/** Checks that the service may listen on its address: without a key, only on loopback. */
@Singleton
class ListenAddressCheck implements StartCheck {
  private static final Logger LOG = Logger.getLogger(ListenAddressCheck.class);

  private static final String KEY = "quarkus.http.host";

  private final AuthConfig auth;
  private final String host;

  ListenAddressCheck(Settings settings, Config config) {
    auth = settings.auth();
    host = config.getOptionalValue(KEY, String.class).orElse("");
  }

  @Override
  public Stream<Problem> problems() {
    return hasKey() || auth.anonymous() || isLoopback(host)
        ? Stream.empty()
        : Stream.of(
            new Problem(
                KEY,
                "is " + host + ", which is not loopback, and no key is configured",
                "anyone who can reach it could run commands here. Set agentgate.auth.api-key or"
                    + " agentgate.auth.keys-file, or set quarkus.http.host=127.0.0.1;"
                    + " agentgate.auth.anonymous=true allows it anyway"));
  }

  @Override
  public void warn() {
    if (!hasKey()) {
      LOG.info("No key is configured: anyone on this machine can do everything");
    }
  }

  /** Whether there is a key. The start refuses a keys file without one. */
  private boolean hasKey() {
    return auth.apiKey().isPresent() || auth.keysFile().isPresent();
  }

  private static boolean isLoopback(String host) {
    // The JDK treats an empty name as loopback; a server that binds to it may not.
    if (host.isBlank()) {
      return false;
    }
    try {
      return Arrays.stream(InetAddress.getAllByName(host)).allMatch(InetAddress::isLoopbackAddress);
    } catch (UnknownHostException unknown) {
      return false;
    }
  }
}
