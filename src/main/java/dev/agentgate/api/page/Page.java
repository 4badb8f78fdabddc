package dev.agentgate.api.page;

import dev.agentgate.api.access.Area;
import dev.agentgate.api.page.PageFiles.PageFile;
import dev.agentgate.api.problem.ProblemAnswers;
import dev.agentgate.api.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.Objects;
import java.util.Optional;

/**
 * Serves the page. Every screen is the same document; its script shows the screen that the path
 * names. The files are read once, while the service starts, because they are gone once an upgrade
 * has replaced the application.
 */
@Singleton
public class Page {
  private static final String GZIP = "gzip";

  /**
   * What a worker may do, which is all that a file's policy can be about. It is sent many times.
   */
  private static final String FILE_POLICY =
      "default-src 'none'; script-src 'self'; connect-src 'self'";

  private final ProblemAnswers answers;
  private final Future<PageFiles> files;

  @Inject
  Page(ProblemAnswers answers, Vertx vertx) {
    this.answers = answers;
    this.files = vertx.executeBlocking(PageFiles::read).map(Objects::requireNonNull);
  }

  void register(@Observes Router router) {
    Area.SCREENS.forEach(path -> reading(router, path).handler(this::sendDocument));
    reading(router, Area.PAGE_FILES + "*").handler(this::sendFile);
  }

  private static Route reading(Router router, String path) {
    return router.route(path).method(HttpMethod.GET).method(HttpMethod.HEAD);
  }

  /** Answers with the document. A browser asks each time whether it is still current. */
  public void sendDocument(RoutingContext context) {
    files
        .onSuccess(read -> {
          String tag = "W/\"" + read.hash() + "\"";
          context.response().putHeader(HttpHeaders.ETAG, tag);
          if (tag.equals(context.request().getHeader(HttpHeaders.IF_NONE_MATCH))) {
            context.response().setStatusCode(304).end();
          } else {
            send(context, read.document());
          }
        })
        .onFailure(context::fail);
  }

  private void sendFile(RoutingContext context) {
    String path = ProblemAnswers.pathOf(context.request());
    files
        .onSuccess(read -> {
          Optional<PageFile> file = read.find(path.substring(Area.PAGE_FILES.length()));
          if (file.isPresent()) {
            context
                .response()
                .putHeader(HttpHeaders.CACHE_CONTROL, "public, max-age=31536000, immutable")
                .putHeader("Content-Security-Policy", FILE_POLICY);
            send(context, file.get());
          } else {
            answers.send(
                context, ProblemType.NOT_FOUND.problem("There is nothing at this path", path));
          }
        })
        .onFailure(context::fail);
  }

  private static void send(RoutingContext context, PageFile file) {
    HttpServerResponse response = context.response();
    response.putHeader(HttpHeaders.CONTENT_TYPE, file.type());
    response.headers().add(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
    boolean compressed = takesGzip(context);
    if (compressed) {
      response.putHeader(HttpHeaders.CONTENT_ENCODING, GZIP);
    }
    response.end(compressed ? file.gzipped() : file.plain());
  }

  private static boolean takesGzip(RoutingContext context) {
    return context.parsedHeaders().acceptEncoding().stream()
        .anyMatch(it -> it.value().equalsIgnoreCase(GZIP) && it.weight() > 0);
  }
}
