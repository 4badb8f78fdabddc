package dev.agentgate.api;

import dev.agentgate.api.access.Access;
import dev.agentgate.api.access.Area;
import dev.agentgate.api.access.Caller;
import dev.agentgate.api.access.CurrentCaller;
import dev.agentgate.api.access.Endpoint;
import dev.agentgate.api.problem.ApiException;
import dev.agentgate.api.problem.ProblemAnswers;
import dev.agentgate.api.problem.ProblemMappers;
import dev.agentgate.api.problem.ProblemType;
import dev.agentgate.api.relay.RelayedCalls;
import dev.agentgate.queue.LogKeys;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.MDC;

/**
 * The gate that every request to the API port passes before any of its body is read. The request
 * gets its id, its caller is identified, and the caller's role is checked. A request that is too
 * large or whose path does not exist is answered with a problem. Nothing here blocks; it runs on
 * the event loop.
 */
@Singleton
public class ApiGate {
  static final String REQUEST_ID_HEADER = "X-Request-ID";

  /** Tells a client what its key may do, so that it need not offer the rest. */
  static final String ROLE_HEADER = "AgentGate-Role";

  private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9._-]{1,128}");
  private static final Set<HttpMethod> READING = Set.of(HttpMethod.GET, HttpMethod.HEAD);

  private static final String NOWHERE = "There is nothing at this path";

  private static final int FIRST = 1_000;
  // Behind the framework's own check of the length, which has the order -2.
  private static final int AFTER_LENGTH_CHECK = 1;
  private static final String STREAM_LIMIT_KEY = "io.quarkus.max-request-size";

  private final Access access;
  private final RelayedCalls relayed;
  private final ProblemAnswers answers;
  private final AuditLog audit;
  private final long maxBodySize;
  private final BodyBudget bodies;

  @Inject
  ApiGate(
      Access access,
      RelayedCalls relayed,
      ProblemAnswers answers,
      AuditLog audit,
      @ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize maxBodySize) {
    this.access = access;
    this.relayed = relayed;
    this.answers = answers;
    this.audit = audit;
    this.maxBodySize = maxBodySize.asLongValue();
    this.bodies = new BodyBudget(Runtime.getRuntime().maxMemory(), this.maxBodySize);
  }

  void register(@Observes Filters filters) {
    filters.register(this::handle, FIRST);
    // For a body of unknown length the framework would cut the connection with an empty 413;
    // RequestJson counts what it reads and says what is wrong.
    filters.register(
        context -> {
          context.remove(STREAM_LIMIT_KEY);
          context.next();
        },
        AFTER_LENGTH_CHECK);
  }

  /** Answers unknown paths below the framework's own. */
  void closeBehind(@Observes Router router) {
    router.route(Area.FRAMEWORK + "*").last().handler(this::refuse);
    // The router refuses some requests before it asks any handler: a Host that is missing or
    // malformed, a target that is not a path.
    router.route().order(Integer.MIN_VALUE).failureHandler(this::refuseUnreadable);
  }

  private void refuseUnreadable(RoutingContext context) {
    if (context.response().headers().contains(REQUEST_ID_HEADER)) {
      // It passed the gate: a defect behind it, which the framework logs and answers.
      context.next();
      return;
    }
    begin(context, Area.API);
    answers.send(
        context,
        ProblemType.INVALID_REQUEST.problem(
            "The target of the request or its Host is missing or malformed",
            ProblemAnswers.pathOf(context.request())));
  }

  private void refuse(RoutingContext context) {
    answers.send(
        context, ProblemType.NOT_FOUND.problem(NOWHERE, ProblemAnswers.pathOf(context.request())));
  }

  private void handle(RoutingContext context) {
    String path = ProblemAnswers.pathOf(context.request());
    // Routes are found by the normalized path. Another spelling of it gets no exemption: what
    // looks like a page could lead to the API.
    Area area = path.equals(context.normalizedPath()) ? Area.of(path) : Area.API;
    begin(context, area);
    try {
      if (area.needsKey() ? admit(context, path) : admitWithoutKey(context, area, path)) {
        context.next();
      }
    } catch (ApiException refused) {
      if (area.isAudited()) {
        audit.record(context, refused.type().status(), Optional.empty());
      }
      answers.send(context, refused.type().problem(refused.detail(), path));
    }
  }

  private static void begin(RoutingContext context, Area area) {
    identify(context);
    area.headers().forEach(context.response()::putHeader);
    context.response().putHeader("X-Content-Type-Options", "nosniff");
  }

  private boolean admitWithoutKey(RoutingContext context, Area area, String path) {
    HttpServerRequest request = context.request();
    if (area == Area.PAGE) {
      access.checkVisit(describe(request));
    } else {
      access.checkOrigin(describe(request));
    }
    if (Area.isReadOnly(path) && !READING.contains(request.method())) {
      tellMethods(context, "GET, HEAD, OPTIONS");
      return false;
    }
    return true;
  }

  private static void identify(RoutingContext context) {
    String sent = context.request().getHeader(REQUEST_ID_HEADER);
    String id =
        sent != null && REQUEST_ID.matcher(sent).matches() ? sent : UUID.randomUUID().toString();
    context.response().putHeader(REQUEST_ID_HEADER, id);
    MDC.put(LogKeys.REQUEST_ID, id);
  }

  private boolean admit(RoutingContext context, String path) {
    HttpServerRequest request = context.request();
    Caller caller = relayed.admit(context).orElseGet(() -> access.admit(describe(request)));
    CurrentCaller.remember(context, caller);
    context.response().putHeader(ROLE_HEADER, caller.role().wireName());
    List<Endpoint> endpoints = Endpoint.at(path);
    if (endpoints.isEmpty()) {
      throw new ApiException(ProblemType.NOT_FOUND, NOWHERE);
    }
    Optional<Endpoint> endpoint = Endpoint.of(context);
    if (endpoint.isEmpty()) {
      tellMethods(context, Endpoint.allow(endpoints));
      return false;
    }
    caller.require(endpoint.get().role());
    String accept = String.join(",", request.headers().getAll(HttpHeaders.ACCEPT));
    if (Accepted.excludes(accept, endpoint.get().mediaType())) {
      throw new ApiException(ProblemType.NOT_ACCEPTABLE, ProblemMappers.NOT_ACCEPTABLE);
    }
    if (contentLength(request) > maxBodySize) {
      throw new ApiException(ProblemType.PAYLOAD_TOO_LARGE, RequestJson.tooLarge(maxBodySize));
    }
    if (endpoint.get().readsBody()) {
      bodies.admit(context, contentLength(request));
    }
    return true;
  }

  /** Answers OPTIONS, and refuses any other method. */
  private static void tellMethods(RoutingContext context, String allow) {
    context.response().putHeader(HttpHeaders.ALLOW, allow);
    if (!context.request().method().equals(HttpMethod.OPTIONS)) {
      throw new ApiException(
          ProblemType.METHOD_NOT_ALLOWED, "This path answers " + allow + " only");
    }
    context.response().setStatusCode(204).end();
    context.request().resume();
  }

  private static Access.Request describe(HttpServerRequest request) {
    return new Access.Request(
        Optional.ofNullable(request.authority()).map(Object::toString),
        header(request, HttpHeaders.AUTHORIZATION),
        header(request, "X-API-Key"),
        header(request, "Origin"),
        header(request, "Sec-Fetch-Site"),
        header(request, "Sec-Fetch-Dest"));
  }

  private static Optional<String> header(HttpServerRequest request, String name) {
    return Optional.ofNullable(request.getHeader(name));
  }

  // The HTTP decoder has refused every length that is not a number.
  private static long contentLength(HttpServerRequest request) {
    return header(request, HttpHeaders.CONTENT_LENGTH).map(Long::parseLong).orElse(0L);
  }
}
