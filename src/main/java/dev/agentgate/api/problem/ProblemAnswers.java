package dev.agentgate.api.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.agentgate.wire.Problem;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Turns problems into answers, inside JAX-RS and before it. */
@Singleton
public class ProblemAnswers {
  /** Longer than a busy client on a slow line needs for a body that could have been taken. */
  private static final Duration LINGER = Duration.ofMinutes(2);

  /** Several times the largest body that is taken: a client may not know that bound. */
  private static final long LINGER_BYTES = 32L * 1024 * 1024;

  private final ObjectMapper json;

  @Inject
  public ProblemAnswers(ObjectMapper json) {
    this.json = json;
  }

  /** An answer that JAX-RS sends. */
  Response toResponse(Problem problem) {
    Response.ResponseBuilder response =
        Response.status(problem.status()).type(Problem.MEDIA_TYPE).entity(write(problem));
    headers(problem).forEach(response::header);
    return response.build();
  }

  /**
   * Answers a request whose body has not been read. If there is a body, the connection is closed
   * once it has ended ({@link LingeringClose}).
   */
  public void send(RoutingContext context, Problem problem) {
    HttpServerResponse response = context.response();
    response.setStatusCode(problem.status());
    response.putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE);
    headers(problem).forEach(response::putHeader);
    byte[] body = write(problem);
    HttpServerRequest request = context.request();
    boolean unread = hasBody(request);
    if (unread && LingeringClose.closesConnection(request)) {
      response.putHeader(HttpHeaderNames.CONNECTION, "close");
    }
    response.end(Buffer.buffer(body));
    if (unread) {
      LingeringClose.begin(context.vertx(), request, LINGER, LINGER_BYTES);
    } else if (!request.isEnded()) {
      request.resume();
    }
  }

  /** The path of a request; {@code OPTIONS *} has none. */
  public static String pathOf(HttpServerRequest request) {
    return Objects.requireNonNullElse(request.path(), "*");
  }

  private static boolean hasBody(HttpServerRequest request) {
    if (request.isEnded()) {
      return false;
    }
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    return request.version() == HttpVersion.HTTP_2
        || request.getHeader(HttpHeaderNames.TRANSFER_ENCODING) != null
        || (length != null && !length.equals("0"));
  }

  private byte[] write(Problem problem) {
    try {
      return json.writeValueAsString(problem).getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("A problem contains only text", impossible);
    }
  }

  private static Map<String, String> headers(Problem problem) {
    Map<String, String> headers = new TreeMap<>();
    ProblemType.ofUri(problem.type())
        .ifPresent(type -> {
          type.retryAfter()
              .ifPresent(
                  seconds -> headers.put(HttpHeaders.RETRY_AFTER, Integer.toString(seconds)));
          if (type == ProblemType.UNAUTHENTICATED) {
            headers.put(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
          }
        });
    return headers;
  }
}
