package dev.agentgate.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;

/** Whether the service may listen where it is told to: without a key only on loopback. */
public final class ListenAddressCheck {
  private ListenAddressCheck() {}

  /**
   * Checks the address.
   *
   * @param host the value of {@code quarkus.http.host}; a name is looked up
   * @param anyKey whether a key is configured
   * @param anonymous the value of {@code agentgate.auth.anonymous}
   * @return why the service must not start, and what to do; empty if it may
   */
  public static Optional<String> refusal(String host, boolean anyKey, boolean anonymous) {
    if (anyKey || anonymous || isLoopback(host)) {
      return Optional.empty();
    }
    return Optional.of(
        "quarkus.http.host is "
            + host
            + ", which is not loopback, and no key is configured: everybody who reaches it could run"
            + " commands here. Set agentgate.auth.api-key or agentgate.auth.keys-file, or set"
            + " quarkus.http.host=127.0.0.1; agentgate.auth.anonymous=true allows it all the same");
  }

  private static boolean isLoopback(String host) {
    // The JDK takes an empty name for loopback; a server that binds to it may not.
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
