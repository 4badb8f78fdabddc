package dev.agentgate.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.agentgate.api.access.Caller;
import dev.agentgate.api.access.CurrentCaller;
import dev.agentgate.api.access.Endpoint;
import dev.agentgate.api.problem.ProblemAnswers;
import dev.agentgate.api.relay.RefusedCalls;
import dev.agentgate.workorder.Rfc3339;
import dev.agentgate.workorder.WorkOrderId;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * Records who asked for which change of which order, one JSON object a line, including refused
 * calls. The category {@value #CATEGORY} has a file of its own, see application.properties. If a
 * line cannot be written (a full disk), standard error says so once, and no request is delayed.
 */
@Singleton
class AuditLog implements RefusedCalls {
  static final String CATEGORY = "dev.agentgate.audit";
  private static final Logger LOG = Logger.getLogger(CATEGORY);
  private static final Set<HttpMethod> READING =
      Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);
  private static final String UNKNOWN = "unknown";

  private final ObjectMapper json;

  @Inject
  AuditLog(ObjectMapper json) {
    this.json = json;
  }

  /**
   * Writes a line for a call, unless the call only reads.
   *
   * @param status of the answer
   * @param submitted the order that the call created or found
   */
  void record(RoutingContext call, int status, Optional<String> submitted) {
    if (READING.contains(call.request().method())) {
      return;
    }
    String line = describe(call, status, submitted);
    if (Thread.currentThread().isVirtual()) {
      LOG.info(line);
    } else {
      // An event loop must not wait for a disk.
      Thread.startVirtualThread(() -> LOG.info(line));
    }
  }

  @Override
  public void refused(RoutingContext call, int status) {
    record(call, status, Optional.empty());
  }

  private String describe(RoutingContext call, int status, Optional<String> submitted) {
    Optional<Caller> caller = CurrentCaller.of(call);
    ObjectNode line = json.createObjectNode();
    line.put("time", Rfc3339.text(Instant.now()));
    line.put("who", caller.map(Caller::name).orElse(UNKNOWN));
    caller.ifPresent(known -> line.put("role", known.role().wireName()));
    line.put("action", Endpoint.of(call).map(Endpoint::action).orElse(UNKNOWN));
    submitted
        .or(() -> orderIn(ProblemAnswers.pathOf(call.request())))
        .ifPresent(id -> line.put("workOrderId", id));
    line.put("requestId", call.response().headers().get(ApiGate.REQUEST_ID_HEADER));
    line.put("outcome", status);
    return line.toString();
  }

  private static Optional<String> orderIn(String path) {
    for (String segment : path.split("/", -1)) {
      if (WorkOrderId.parse(segment).isPresent()) {
        return Optional.of(segment);
      }
    }
    return Optional.empty();
  }
}
