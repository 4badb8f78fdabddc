package dev.agentgate.api;

import dev.agentgate.api.access.Area;
import dev.agentgate.api.page.Page;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.MIMEHeader;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.List;
import java.util.Map;

/**
 * Answers at {@code /} in the form that the caller prefers: a browser gets the page, and a program
 * learns where the API and its documentation are. Neither holds data, so no key is needed.
 */
@Singleton
class FrontPage {
  private static final String TEXT = "text/plain";
  private static final String HTML = "text/html";
  private static final String JSON = "application/json";

  private static final Map<String, String> DIRECTIONS =
      Map.of(
          TEXT,
          """
          AgentGate, a durable work-order queue that runs coding agents.

          Interface      /api/v1
          Documentation  /q/openapi (YAML), /q/openapi.json
          Queue          /api/v1/queue/health
          """,
          JSON,
          """
          {"name":"agentgate","api":"/api/v1","documentation":"/q/openapi.json"}
          """);

  private final Page page;

  @Inject
  FrontPage(Page page) {
    this.page = page;
  }

  void register(@Observes Router router) {
    router
        .route(Area.FRONT_PAGE)
        .method(HttpMethod.GET)
        .method(HttpMethod.HEAD)
        .handler(this::send);
  }

  private void send(RoutingContext context) {
    String type = wanted(context.parsedHeaders().accept());
    context.response().putHeader(HttpHeaders.VARY, HttpHeaders.ACCEPT);
    if (type.equals(HTML)) {
      page.sendDocument(context);
      return;
    }
    context
        .response()
        .putHeader(HttpHeaders.CONTENT_TYPE, type + ";charset=UTF-8")
        .end(DIRECTIONS.getOrDefault(type, ""));
  }

  /**
   * Returns the most preferred type; text if the caller has no preference.
   *
   * @param accepted in order of preference
   */
  private static String wanted(List<MIMEHeader> accepted) {
    return accepted.stream()
        .filter(it -> it.weight() > 0)
        .map(it -> it.component() + "/" + it.subComponent())
        .filter(it -> it.equals(HTML) || DIRECTIONS.containsKey(it))
        .findFirst()
        .orElse(TEXT);
  }
}
