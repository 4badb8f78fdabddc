package dev.agentgate.api.access;

import dev.agentgate.api.problem.ProblemAnswers;
import io.vertx.ext.web.RoutingContext;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Every call that exists, with the role that it needs. The gate lets nothing else through, so no
 * endpoint can lack a role. If a query parameter makes a different call of the same method and
 * path, that call is an endpoint of its own.
 */
public enum Endpoint {
  SUBMIT("POST", "/work-orders", Role.OPERATOR),
  SUBMIT_BATCH("POST", "/work-orders/batch", Role.OPERATOR),
  REQUEST_RUNS("POST", "/work-orders/runs", Role.OPERATOR),
  CANCEL_MANY("POST", "/work-orders/cancel", Role.OPERATOR),
  LIST("GET", "/work-orders", Role.VIEWER),
  PURGE_MANY("DELETE", "/work-orders", Role.ADMIN),
  GET("GET", "/work-orders/{id}", Role.VIEWER),
  DELETE("DELETE", "/work-orders/{id}", Role.OPERATOR),
  /** {@link #DELETE} with {@code purge=true}. */
  PURGE("DELETE", "/work-orders/{id}", Role.ADMIN),
  CANCEL("POST", "/work-orders/{id}/cancel", Role.OPERATOR),
  KILL("POST", "/work-orders/{id}/kill", Role.ADMIN),
  REQUEST_RUN("POST", "/work-orders/{id}/runs", Role.OPERATOR),
  LIST_RUNS("GET", "/work-orders/{id}/runs", Role.VIEWER),
  GET_RUN("GET", "/runs/{id}", Role.VIEWER),
  GET_LOG("GET", "/runs/{id}/log", Role.VIEWER),
  STREAM_LOG("GET", "/runs/{id}/log/stream", Role.VIEWER),
  GET_CHANGES("GET", "/runs/{id}/changes", Role.VIEWER),
  GET_PATCH("GET", "/runs/{id}/patch", Role.VIEWER),
  PUBLISH("POST", "/runs/{id}/publish", Role.OPERATOR),
  STREAM_EVENTS("GET", "/events", Role.VIEWER),
  LIST_AGENTS("GET", "/agents", Role.VIEWER),
  LIST_INSTANCES("GET", "/instances", Role.VIEWER),
  GET_USAGE("GET", "/usage", Role.VIEWER),
  PAUSE_AGENT("POST", "/agents/{id}/pause", Role.ADMIN),
  RESUME_AGENT("POST", "/agents/{id}/resume", Role.ADMIN),
  QUEUE_HEALTH("GET", "/queue/health", Role.VIEWER),
  PAUSE("POST", "/queue/pause", Role.ADMIN),
  RESUME("POST", "/queue/resume", Role.ADMIN);

  /** The prefix of every path; the value of {@code quarkus.rest.path}. */
  public static final String BASE = "/api/v1";

  private final String method;
  private final String path;
  private final Role role;

  Endpoint(String method, String path, Role role) {
    this.method = method;
    this.path = path;
    this.role = role;
  }

  public String method() {
    return method;
  }

  /** The path below {@link #BASE}, with {@code {id}} in it. */
  public String path() {
    return path;
  }

  /** The name in the audit log: lower case with hyphens. */
  public String action() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public Role role() {
    return role;
  }

  /** Whether anything reads a body that comes with the request. */
  public boolean readsBody() {
    return switch (this) {
      case SUBMIT, SUBMIT_BATCH, REQUEST_RUN, PUBLISH, PAUSE_AGENT -> true;
      default -> false;
    };
  }

  /** The media type of a successful answer. */
  public String mediaType() {
    return switch (this) {
      case GET_LOG -> "text/plain";
      case STREAM_LOG, STREAM_EVENTS -> "text/event-stream";
      default -> "application/json";
    };
  }

  /**
   * The endpoints at a path, {@link #BASE} included; none if there is no such path. A fixed path
   * takes precedence over one with an id.
   */
  public static List<Endpoint> at(String path) {
    if (!path.startsWith(BASE + "/")) {
      return List.of();
    }
    String below = path.substring(BASE.length());
    List<Endpoint> fixed = of(endpoint -> endpoint.path.equals(below));
    String[] asked = below.split("/", -1);
    return fixed.isEmpty() ? of(endpoint -> endpoint.matches(asked)) : fixed;
  }

  private static List<Endpoint> of(Predicate<Endpoint> condition) {
    return Arrays.stream(values()).filter(condition).toList();
  }

  /**
   * The endpoint that a call is for; empty if there is none at its path, or none for its method.
   * HEAD is answered by the endpoint for GET.
   */
  public static Optional<Endpoint> of(RoutingContext call) {
    String method = call.request().method().name();
    String answering = method.equals("HEAD") ? "GET" : method;
    return at(ProblemAnswers.pathOf(call.request())).stream()
        .filter(it -> it.method.equals(answering))
        .findFirst()
        .map(it -> it == DELETE && asksForPurge(call) ? PURGE : it);
  }

  // These are the values that the resource sees. Among several, one is enough to need the higher
  // role; the resource refuses them.
  private static boolean asksForPurge(RoutingContext call) {
    return call.queryParam("purge").contains("true");
  }

  /** The value of {@code Allow} for these endpoints. */
  public static String allow(List<Endpoint> endpoints) {
    Set<String> methods = new TreeSet<>(Set.of("OPTIONS"));
    for (Endpoint endpoint : endpoints) {
      methods.add(endpoint.method);
      if (endpoint.method.equals("GET")) {
        methods.add("HEAD");
      }
    }
    return String.join(", ", methods);
  }

  private boolean matches(String[] asked) {
    String[] segments = path.split("/", -1);
    if (asked.length != segments.length) {
      return false;
    }
    for (int i = 0; i < segments.length; i++) {
      boolean same = segments[i].equals("{id}") ? isPlain(asked[i]) : segments[i].equals(asked[i]);
      if (!same) {
        return false;
      }
    }
    return true;
  }

  // No path of this service needs an escape, a dot or a matrix parameter. Refusing them here leaves
  // the layers below nothing to read in another way than this one does.
  private static boolean isPlain(String segment) {
    return !segment.isEmpty()
        && segment
            .chars()
            .allMatch(c ->
                (c >= 'A' && c <= 'Z')
                    || (c >= 'a' && c <= 'z')
                    || (c >= '0' && c <= '9')
                    || c == '_'
                    || c == '-');
  }
}
