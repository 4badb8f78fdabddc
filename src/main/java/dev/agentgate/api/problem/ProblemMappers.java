package dev.agentgate.api.problem;

import dev.agentgate.linux.CannotLookException;
import dev.agentgate.linux.Shortage;
import dev.agentgate.queue.LogKeys;
import dev.agentgate.wire.Problem;
import dev.agentgate.workorder.AgentGateException;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Turns every exception that a resource throws into a problem. */
public class ProblemMappers {
  private static final Logger LOG = Logger.getLogger(ProblemMappers.class);

  public static final String NOT_ACCEPTABLE =
      "This answers in a media type that the Accept header does not allow";

  private final ProblemAnswers answers;

  @Inject
  ProblemMappers(ProblemAnswers answers) {
    this.answers = answers;
  }

  @ServerExceptionMapper
  Response refusedByDomain(AgentGateException refused, RoutingContext request) {
    return refusedByApi(ApiException.of(refused), request);
  }

  @ServerExceptionMapper
  Response refusedByApi(ApiException refused, RoutingContext request) {
    if (refused.type() == ProblemType.TOO_SLOW
        && LingeringClose.closesConnection(request.request())) {
      // The rest of the body would take as long, and only then could the next request begin.
      request.response().putHeader(HttpHeaderNames.CONNECTION, "close");
      request.addEndHandler(_ -> request.request().connection().close());
    }
    return send(refused.problem(ProblemAnswers.pathOf(request.request())), request);
  }

  @ServerExceptionMapper
  Response stopping(RejectedExecutionException refused, RoutingContext request) {
    return answer(ProblemType.STOPPING, "The service is stopping", request);
  }

  @ServerExceptionMapper
  Response refusedByFramework(WebApplicationException refused, RoutingContext request) {
    int status = refused.getResponse().getStatus();
    if (status == ProblemType.INTERNAL.status()) {
      return defect(refused, request);
    }
    Response answer =
        ProblemType.ofStatus(status)
            .map(type -> answer(type, sentence(type), request))
            .orElseGet(() -> unnamed(refused.getResponse(), request));
    refused
        .getResponse()
        .getHeaders()
        .forEach((name, values) -> answer.getHeaders().putIfAbsent(name, values));
    return answer;
  }

  private Response unnamed(Response refusal, RoutingContext request) {
    String phrase = refusal.getStatusInfo().getReasonPhrase();
    return send(
        new Problem(
            "about:blank",
            phrase,
            refusal.getStatus(),
            phrase,
            ProblemAnswers.pathOf(request.request()),
            phrase,
            List.of()),
        request);
  }

  @ServerExceptionMapper
  Response defect(Throwable defect, RoutingContext request) {
    if (defect instanceof CannotLookException || Shortage.ofFiles(defect)) {
      return answer(
          ProblemType.BUSY,
          "The service is short of file descriptors or memory. Try again.",
          request);
    }
    LOG.error("A request failed unexpectedly", defect);
    return answer(
        ProblemType.INTERNAL,
        "The service failed; the request id is " + MDC.get(LogKeys.REQUEST_ID),
        request);
  }

  private Response answer(ProblemType type, String detail, RoutingContext request) {
    return send(type.problem(detail, ProblemAnswers.pathOf(request.request())), request);
  }

  // If the head of an answer is already on its way, the client must see that the rest is missing.
  private Response send(Problem problem, RoutingContext request) {
    if (request.response().headWritten()) {
      request.response().reset();
      return Response.status(problem.status()).build();
    }
    return answers.toResponse(problem);
  }

  // The framework's own messages name its classes.
  private static String sentence(ProblemType type) {
    return switch (type) {
      case NOT_ACCEPTABLE -> NOT_ACCEPTABLE;
      case UNSUPPORTED_MEDIA_TYPE -> "Send the body as Content-Type: application/json";
      case NOT_FOUND -> "There is nothing at this path";
      case INVALID_REQUEST -> "The request cannot be read";
      default -> type.title();
    };
  }
}
