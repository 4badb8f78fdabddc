package dev.agentgate.runtime;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Optional;

/** Finds the address under which other instances of the service reach this one. */
final class InstanceAddress {
  private InstanceAddress() {}

  /**
   * Returns the address of a service that listens on this host and port: the host itself if it is
   * one address, otherwise the address that the host's name has. In a Kubernetes pod that is the
   * pod's.
   *
   * @param listening the address to listen on; {@code 0.0.0.0} and {@code ::} mean all
   * @return empty if the machine has no address that another one could reach
   */
  static Optional<URI> of(String listening, int port) {
    return addressOf(listening).map(address -> uri(address, port));
  }

  private static Optional<InetAddress> addressOf(String listening) {
    try {
      InetAddress address = InetAddress.getByName(listening);
      if (!address.isAnyLocalAddress()) {
        return Optional.of(address);
      }
      InetAddress named = InetAddress.getLocalHost();
      // Some systems give the host's name a loopback address.
      return named.isLoopbackAddress() ? anyOther() : Optional.of(named);
    } catch (UnknownHostException e) {
      return anyOther();
    }
  }

  private static Optional<InetAddress> anyOther() {
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
          .findFirst();
    } catch (SocketException e) {
      return Optional.empty();
    }
  }

  static URI uri(InetAddress address, int port) {
    String host = address.getHostAddress();
    // A scope names an interface of this machine.
    return URI.create(
        "http://"
            + (address instanceof Inet6Address ? "[" + host.replaceFirst("%.*", "") + "]" : host)
            + ":"
            + port);
  }
}
