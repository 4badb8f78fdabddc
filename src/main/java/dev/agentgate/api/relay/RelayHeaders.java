package dev.agentgate.api.relay;

import dev.agentgate.api.access.Caller;
import dev.agentgate.api.access.Role;
import dev.agentgate.workorder.InstanceId;
import io.vertx.core.MultiMap;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The headers of calls between instances. */
final class RelayHeaders {
  /** The secret that the instances share. */
  static final String SECRET = "AgentGate-Relay";

  /** The id of the instance that a call is meant for: an address may lead to another one. */
  static final String TO = "AgentGate-Relay-To";

  /** The name of the caller's key. */
  static final String CALLER = "AgentGate-Relay-Caller";

  static final String ROLE = "AgentGate-Relay-Role";

  /** Asks for a part of the call only: see {@link #FILES}. */
  static final String PART = "AgentGate-Relay-Part";

  /** The part of a purge that removes the files of the order's runs. */
  static final String FILES = "files";

  /** The headers of a request that its answer depends on. The credentials are not among them. */
  private static final List<String> REQUEST =
      List.of(
          "Accept",
          "Content-Type",
          "Content-Length",
          "Range",
          "If-Range",
          "Last-Event-ID",
          "X-Request-ID");

  /**
   * The headers that belong to one connection.
   *
   * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1">RFC 9110, Connection</a>
   */
  private static final Set<String> OF_CONNECTION =
      Set.of(
          "connection",
          "keep-alive",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade");

  private RelayHeaders() {}

  static void copyRequest(MultiMap from, MultiMap to) {
    for (String name : REQUEST) {
      if (from.contains(name)) {
        to.set(name, from.getAll(name));
      }
    }
  }

  static void copyAnswer(MultiMap from, MultiMap to) {
    for (String name : from.names()) {
      if (!OF_CONNECTION.contains(name.toLowerCase(Locale.ROOT))) {
        to.set(name, from.getAll(name));
      }
    }
  }

  static void name(InstanceId meant, Caller caller, String secret, MultiMap to) {
    to.set(SECRET, secret);
    to.set(TO, encoded(meant));
    to.set(CALLER, caller.name());
    to.set(ROLE, caller.role().wireName());
  }

  /** Whether a call is meant for this instance. */
  static boolean isMeantFor(InstanceId self, MultiMap headers) {
    return encoded(self).equals(headers.get(TO));
  }

  /** Returns an id in a form that every header can carry. */
  private static String encoded(InstanceId id) {
    return URLEncoder.encode(id.value(), StandardCharsets.UTF_8);
  }

  /** Returns the caller that another instance has named; empty if it has named none. */
  static Optional<Caller> caller(MultiMap headers) {
    Optional<Role> role = Optional.ofNullable(headers.get(ROLE)).flatMap(Role::parse);
    return Optional.ofNullable(headers.get(CALLER))
        .flatMap(name -> role.map(its -> new Caller(name, its)));
  }
}
