package dev.agentgate.runtime;

import dev.agentgate.config.Problem;
import dev.agentgate.config.StartRefusedException;
import dev.agentgate.runtime.check.StartCheck;
import io.quarkus.runtime.LaunchMode;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.Config;

/**
 * The ports that the service is going to listen on. Quarkus binds them after everything else has
 * started. A start that will fail because a port is in use must fail before it touches any run.
 */
@Singleton
class ListenPorts implements StartCheck {
  /**
   * {@code EX_UNAVAILABLE} of {@code sysexits.h}. Unlike a wrong configuration, this may pass by
   * itself.
   */
  private static final int PORT_TAKEN = 69;

  private final String host;
  private final int port;
  private final String managementHost;
  private final int managementPort;

  ListenPorts(Config config) {
    host = config.getValue("quarkus.http.host", String.class);
    port = config.getValue("quarkus.http.port", Integer.class);
    managementHost = config.getValue("quarkus.management.host", String.class);
    managementPort = config.getValue("quarkus.management.port", Integer.class);
  }

  @Override
  public Stream<Problem> problems() {
    return port == managementPort && port > 0
        ? Stream.of(
            new Problem(
                "quarkus.management.port",
                "is " + managementPort + ", as quarkus.http.port is",
                "set another port; health and metrics need one of their own"))
        : Stream.empty();
  }

  /**
   * Checks that the ports are free now.
   *
   * @throws StartRefusedException if one is not
   */
  void requireFree() {
    // Tests listen on other ports, and development mode keeps its ports from one reload to the
    // next.
    if (LaunchMode.current() == LaunchMode.NORMAL) {
      requireFree("quarkus.http", host, port);
      requireFree("quarkus.management", managementHost, managementPort);
    }
  }

  private static void requireFree(String keys, String host, int port) {
    refusal(keys, host, port)
        .ifPresent(reason -> {
          throw new StartRefusedException(reason, PORT_TAKEN);
        });
  }

  static Optional<String> refusal(String keys, String host, int port) {
    InetSocketAddress address = new InetSocketAddress(host, port);
    try (ServerSocket socket = new ServerSocket()) {
      // The server does the same: a port is free even if its last connections still linger.
      socket.setReuseAddress(true);
      socket.bind(address);
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(
          "Cannot listen on port %d of %s: %s. Free the port, or set %s.port or %s.host."
              .formatted(
                  port,
                  host,
                  address.isUnresolved() ? "the host is unknown" : e.getMessage(),
                  keys,
                  keys));
    }
  }
}
