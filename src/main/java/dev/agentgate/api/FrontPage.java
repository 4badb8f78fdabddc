package dev.agentgate.api;

import dev.agentgate.api.access.Area;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.MIMEHeader;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.List;
import java.util.Map;

/**
 * Shows a person or a program at {@code /} where the API and its documentation are. The page holds
 * no data, so it needs no key.
 */
@Singleton
class FrontPage {
  private static final String TEXT = "text/plain";
  private static final String HTML = "text/html";
  private static final String JSON = "application/json";

  private static final Map<String, String> PAGES =
      Map.of(
          TEXT,
          """
          AgentGate, a durable work-order queue that runs coding agents.

          Interface      /api/v1
          Documentation  /q/openapi (YAML), /q/openapi.json
          Queue          /api/v1/queue/health
          """,
          HTML,
          """
          <!DOCTYPE html>
          <html lang="en">
          <head><meta charset="utf-8"><title>AgentGate</title></head>
          <body>
          <h1>AgentGate</h1>
          <p>A durable work-order queue that runs coding agents.</p>
          <ul>
          <li>The interface is below <code>/api/v1</code>.</li>
          <li>Its documentation: <a href="/q/openapi">/q/openapi</a> (YAML),
          <a href="/q/openapi.json">/q/openapi.json</a></li>
          <li>The queue: <a href="/api/v1/queue/health">/api/v1/queue/health</a></li>
          </ul>
          </body>
          </html>
          """,
          JSON,
          """
          {"name":"agentgate","api":"/api/v1","documentation":"/q/openapi.json"}
          """);

  void register(@Observes Router router) {
    router
        .route(Area.FRONT_PAGE)
        .method(HttpMethod.GET)
        .method(HttpMethod.HEAD)
        .handler(FrontPage::send);
  }

  private static void send(RoutingContext context) {
    String type = wanted(context.parsedHeaders().accept());
    context
        .response()
        .putHeader(HttpHeaders.CONTENT_TYPE, type + ";charset=UTF-8")
        .putHeader(HttpHeaders.VARY, HttpHeaders.ACCEPT)
        .end(PAGES.getOrDefault(type, ""));
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
        .filter(PAGES::containsKey)
        .findFirst()
        .orElse(TEXT);
  }
}
