package dev.agentgate.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.agentgate.api.access.Area;
import io.quarkus.arc.profile.IfBuildProfile;
import io.quarkus.runtime.ImageMode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Serves the checked-in OpenAPI document, as YAML or converted to JSON. In development and tests
 * Quarkus generates it from the resources instead, at the same path, and a test compares the two.
 */
@IfBuildProfile("prod")
@Singleton
class OpenApiDocument {
  private static final String YAML = "yaml";
  private static final String JSON = "json";
  private static final int PIECE = 16 * 1024;

  private final Map<String, Buffer> documents = new ConcurrentHashMap<>();

  void register(@Observes Router router) {
    if (ImageMode.current() == ImageMode.JVM) {
      // Its file is gone once an upgrade has replaced the application; an executable contains it.
      documents.put(YAML, read());
    }
    reading(router, Area.OPENAPI).handler(context -> send(context, wanted(context)));
    for (String format : List.of(YAML, JSON)) {
      reading(router, Area.OPENAPI + "." + format).handler(context -> send(context, format));
    }
  }

  private static Route reading(Router router, String path) {
    return router.route(path).method(HttpMethod.GET).method(HttpMethod.HEAD);
  }

  /** The format: from the query, else from what the caller accepts, else YAML. */
  private static String wanted(RoutingContext context) {
    List<String> asked = context.queryParam("format");
    if (!asked.isEmpty()) {
      return JSON.equals(asked.getFirst().toLowerCase(Locale.ROOT)) ? JSON : YAML;
    }
    String accepted = context.request().getHeader(HttpHeaders.ACCEPT);
    return accepted != null && accepted.contains("application/json") ? JSON : YAML;
  }

  private void send(RoutingContext context, String format) {
    Buffer document = document(format);
    HttpServerResponse response = context.response();
    response.putHeader(HttpHeaders.CONTENT_TYPE, "application/" + format + ";charset=UTF-8");
    response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(document.length()));
    if (context.request().method().equals(HttpMethod.HEAD)) {
      response.end();
    } else {
      send(response, document, 0);
    }
  }

  /**
   * Sends the rest of a document, a piece at a time. Nobody needs a key for it, and the network
   * layer copies, for each client, what the client has not read yet.
   */
  private static void send(HttpServerResponse response, Buffer document, int from) {
    int to = Math.min(document.length(), from + PIECE);
    if (to == document.length()) {
      response.end(document.slice(from, to));
    } else {
      response.write(document.slice(from, to)).onSuccess(_ -> send(response, document, to));
    }
  }

  private Buffer document(String format) {
    Buffer known = documents.get(format);
    if (known == null) {
      known = format.equals(JSON) ? toJson(document(YAML)) : read();
      documents.put(format, known);
    }
    return known;
  }

  private static Buffer toJson(Buffer yaml) {
    try {
      return Buffer.buffer(toJson(yaml.getBytes()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Buffer read() {
    try (InputStream document = OpenApiDocument.class.getResourceAsStream("openapi.yaml")) {
      if (document == null) {
        throw new IllegalStateException("The OpenAPI document is missing from the application");
      }
      return Buffer.buffer(document.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the same document as indented JSON. */
  static byte[] toJson(byte[] yaml) throws IOException {
    return new ObjectMapper()
        .writerWithDefaultPrettyPrinter()
        .writeValueAsBytes(new YAMLMapper().readTree(yaml));
  }
}
