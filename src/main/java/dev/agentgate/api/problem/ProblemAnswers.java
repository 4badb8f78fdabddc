package dev.agentgate.api.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.agentgate.wire.Problem;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Turns problems into answers, inside JAX-RS and before it. */
@Singleton
public class ProblemAnswers {
  private static final long LINGER_MILLIS = 2_000;

  private final ObjectMapper json;

  @Inject
  ProblemAnswers(ObjectMapper json) {
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
   * Answers a request whose body has not been read. The connection is closed, but only after the
   * client has had a moment to read the answer: closing it while the client still sends would make
   * the client's kernel discard the answer.
   */
  public void send(RoutingContext context, Problem problem) {
    HttpServerResponse response = context.response();
    response.setStatusCode(problem.status());
    response.putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE);
    headers(problem).forEach(response::putHeader);
    byte[] body = write(problem);
    HttpServerRequest request = context.request();
    if (hasBody(request)) {
      response.putHeader(HttpHeaderNames.CONNECTION, "close");
      long closing = context.vertx().setTimer(LINGER_MILLIS, timer -> request.connection().close());
      request.connection().closeHandler(closed -> context.vertx().cancelTimer(closing));
    }
    response.end(Buffer.buffer(body));
    request.resume();
  }

  /** The path of a request; {@code OPTIONS *} has none. */
  public static String pathOf(HttpServerRequest request) {
    return Objects.requireNonNullElse(request.path(), "*");
  }

  private static boolean hasBody(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    return request.getHeader(HttpHeaderNames.TRANSFER_ENCODING) != null
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
