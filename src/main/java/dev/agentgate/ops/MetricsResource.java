package dev.agentgate.ops;

import io.micrometer.prometheus.PrometheusMeterRegistry;
import io.prometheus.client.exporter.common.TextFormat;
import io.quarkus.vertx.http.ManagementInterface;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.MIMEHeader;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.List;

/**
 * Serves the metrics in the format that the caller prefers: Prometheus' text format or OpenMetrics,
 * which a caller that names neither also gets. The framework's own route gives the text format to
 * every caller that accepts it at all, as Prometheus does, and answers 406 to one that accepts only
 * OpenMetrics.
 *
 * @see <a href="https://prometheus.io/docs/instrumenting/content_negotiation/">Content
 *     negotiation</a>
 */
// The framework's registry comes from the older of Micrometer's two Prometheus modules.
@SuppressWarnings("deprecation")
@Singleton
class MetricsResource {
  private static final String PATH = "/q/metrics";
  private static final int BEFORE_THE_FRAMEWORK = -1_000;

  private final PrometheusMeterRegistry registry;
  private final ScrapedStore store;

  @Inject
  MetricsResource(PrometheusMeterRegistry registry, ScrapedStore store) {
    this.registry = registry;
    this.store = store;
  }

  void register(@Observes ManagementInterface management) {
    management
        .router()
        .route(PATH)
        .method(HttpMethod.GET)
        .method(HttpMethod.HEAD)
        .order(BEFORE_THE_FRAMEWORK)
        .blockingHandler(this::send, false);
  }

  private void send(RoutingContext context) {
    String format = preferred(context.parsedHeaders().accept());
    store.refresh();
    context
        .response()
        .putHeader(HttpHeaders.CONTENT_TYPE, format)
        .putHeader(HttpHeaders.VARY, HttpHeaders.ACCEPT)
        .end(registry.scrape(format));
  }

  /**
   * Returns the content type of the answer.
   *
   * @param accepted in order of preference
   */
  private static String preferred(List<MIMEHeader> accepted) {
    for (MIMEHeader type : accepted) {
      if (type.weight() > 0) {
        if (isOpenMetrics(type)) {
          return TextFormat.CONTENT_TYPE_OPENMETRICS_100;
        }
        if (isText(type)) {
          return TextFormat.CONTENT_TYPE_004;
        }
      }
    }
    return TextFormat.CONTENT_TYPE_OPENMETRICS_100;
  }

  private static boolean isOpenMetrics(MIMEHeader type) {
    String version = type.parameter("version");
    return type.component().equals("*")
        || (type.component().equals("application")
            && type.subComponent().equals("openmetrics-text")
            && (version == null || version.equals("1.0.0")));
  }

  /** A browser displays the text format, and asks for HTML. */
  private static boolean isText(MIMEHeader type) {
    return type.component().equals("text")
        && List.of("plain", "html", "*").contains(type.subComponent());
  }
}
