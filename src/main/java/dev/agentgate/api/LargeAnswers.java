package dev.agentgate.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.agentgate.api.stream.AnswerBudget;
import dev.agentgate.api.stream.ClientStream;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Inject;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.StreamingOutput;
import java.lang.annotation.Annotation;
import java.util.Objects;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/**
 * Encodes answers, and sends the large ones as {@link ClientStream} does: piece by piece, with a
 * deadline for a client that does not read. Large answers to reads need room in the {@link
 * AnswerBudget}. Those to changes are never refused, because the change has been made; the room of
 * their request's body bounds them.
 */
class LargeAnswers {
  private static final Annotation[] NO_ANNOTATIONS = {};
  private static final MediaType JSON = MediaType.APPLICATION_JSON_TYPE;

  private final ObjectMapper mapper;
  private final AnswerBudget budget;
  private final HttpServerRequest request;

  @Inject
  LargeAnswers(ObjectMapper mapper, AnswerBudget budget, HttpServerRequest request) {
    this.mapper = mapper;
    this.budget = budget;
    this.request = request;
  }

  // The last of the filters: those before it see what the answer was made of.
  @ServerResponseFilter(priority = 0)
  void send(ContainerResponseContext answer) throws JsonProcessingException {
    Object entity = answer.getEntity();
    if (entity == null
        || entity instanceof StreamingOutput
        || request.method().equals(HttpMethod.HEAD)) {
      return;
    }
    boolean encoded = entity instanceof byte[];
    byte[] body = encoded ? (byte[]) entity : mapper.writeValueAsBytes(entity);
    if (body.length > AnswerBudget.SMALL) {
      answer.getHeaders().putSingle(HttpHeaders.CONTENT_LENGTH, body.length);
      replace(answer, stream(body));
    } else if (!encoded) {
      replace(answer, body);
    }
  }

  private StreamingOutput stream(byte[] body) {
    return request.method().equals(HttpMethod.GET)
        ? ClientStream.body(request, budget, body.length, stream -> stream.send(body))
        : ClientStream.unbounded(request, stream -> stream.send(body));
  }

  private static void replace(ContainerResponseContext answer, Object entity) {
    MediaType type = Objects.requireNonNullElse(answer.getMediaType(), JSON);
    answer.setEntity(entity, NO_ANNOTATIONS, type);
  }
}
