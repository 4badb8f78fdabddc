package dev.agentgate.publish;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Chooses the proxy that the usual variables name, as git and curl do: {@code https_proxy}, {@code
 * http_proxy} and {@code all_proxy}, unless {@code no_proxy} names the host. The lower-case names
 * take precedence; {@code HTTP_PROXY} is not read, as curl does not read it. Proxies are reached
 * over plain HTTP, with the name and the password of their address, if it has any.
 *
 * @see <a href="https://curl.se/docs/manpage.html#ENVIRONMENT">curl's environment</a>
 */
final class ProxyVariables extends ProxySelector {
  private static final Logger LOG = Logger.getLogger(ProxyVariables.class);
  private static final int USUAL_PORT = 1080;
  private static final List<Proxy> DIRECT = List.of(Proxy.NO_PROXY);

  private final Map<String, String> environment;

  ProxyVariables(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  @Override
  public List<Proxy> select(URI target) {
    return proxyOf(target)
        .map(proxy ->
            InetSocketAddress.createUnresolved(
                proxy.getHost(), proxy.getPort() < 0 ? USUAL_PORT : proxy.getPort()))
        .map(address -> List.of(new Proxy(Proxy.Type.HTTP, address)))
        .orElse(DIRECT);
  }

  /**
   * Returns the value of {@code Proxy-Authorization} for the proxy of a target; empty if there is
   * no proxy or its address names no user.
   */
  Optional<String> authorization(URI target) {
    return proxyOf(target)
        .map(URI::getUserInfo)
        .map(user -> user.contains(":") ? user : user + ":")
        .map(user ->
            "Basic " + Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8)));
  }

  private Optional<URI> proxyOf(URI target) {
    String host = target.getHost();
    if (host == null || isExempt(host, target.getPort())) {
      return Optional.empty();
    }
    Optional<String> proxy =
        "https".equals(target.getScheme())
            ? value("https_proxy").or(() -> value("HTTPS_PROXY"))
            : value("http_proxy");
    return proxy
        .or(() -> value("all_proxy"))
        .or(() -> value("ALL_PROXY"))
        .flatMap(ProxyVariables::address);
  }

  private Optional<String> value(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
  }

  private static Optional<URI> address(String proxy) {
    String text = proxy.strip();
    URI uri;
    try {
      uri = URI.create(text.contains("://") ? text : "http://" + text);
    } catch (IllegalArgumentException e) {
      LOG.warn("A proxy variable is not an address, so it is ignored");
      return Optional.empty();
    }
    if (uri.getHost() == null || !"http".equals(uri.getScheme())) {
      LOG.warn("A proxy variable is not the address of an HTTP proxy, so it is ignored");
      return Optional.empty();
    }
    return Optional.of(uri);
  }

  private boolean isExempt(String host, int port) {
    String bare = bare(host);
    for (String entry :
        value("no_proxy").or(() -> value("NO_PROXY")).orElse("").split("[,\\s]+", -1)) {
      if (entry.equals("*") || (!entry.isEmpty() && matches(entry, bare, port))) {
        return true;
      }
    }
    return false;
  }

  private static boolean matches(String entry, String host, int port) {
    if (entry.contains("/")) {
      return isInNetwork(entry, host);
    }
    String name = bare(entry);
    int colon = name.lastIndexOf(':');
    if (colon > 0 && name.indexOf(':') == colon) {
      if (!name.substring(colon + 1).equals(Integer.toString(port))) {
        return false;
      }
      name = name.substring(0, colon);
    }
    String suffix = name.startsWith(".") ? name.substring(1) : name;
    return host.equals(suffix) || host.endsWith("." + suffix);
  }

  /** Whether a literal address is in a network in CIDR notation. */
  private static boolean isInNetwork(String network, String host) {
    if (!host.matches("[0-9.]+|[0-9a-f:.]*:[0-9a-f:.]*")) {
      return false;
    }
    int slash = network.indexOf('/');
    try {
      byte[] base = InetAddress.ofLiteral(bare(network.substring(0, slash))).getAddress();
      byte[] address = InetAddress.ofLiteral(host).getAddress();
      int bits = Integer.parseInt(network.substring(slash + 1));
      if (base.length != address.length || bits < 0 || bits > base.length * Byte.SIZE) {
        return false;
      }
      for (int bit = 0; bit < bits; bit++) {
        int mask = 0x80 >> (bit % Byte.SIZE);
        if ((base[bit / Byte.SIZE] & mask) != (address[bit / Byte.SIZE] & mask)) {
          return false;
        }
      }
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static String bare(String host) {
    String lower = host.toLowerCase(Locale.ROOT);
    return lower.startsWith("[") && lower.endsWith("]")
        ? lower.substring(1, lower.length() - 1)
        : lower;
  }

  @Override
  public void connectFailed(URI uri, SocketAddress proxy, IOException failure) {
    // The caller of the API reports the failure.
  }
}
