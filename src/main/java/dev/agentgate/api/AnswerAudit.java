package dev.agentgate.api;

import dev.agentgate.wire.WorkOrderResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.ws.rs.container.ContainerResponseContext;
import java.util.Optional;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/**
 * Audits every call that passed the gate, before its answer is sent. It also audits the call if the
 * caller has hung up, because the call was carried out.
 */
class AnswerAudit {
  private final AuditLog audit;
  private final RoutingContext call;

  @Inject
  AnswerAudit(AuditLog audit, RoutingContext call) {
    this.audit = audit;
    this.call = call;
  }

  @ServerResponseFilter
  void audit(ContainerResponseContext answer) {
    Optional<String> submitted =
        answer.getEntity() instanceof WorkOrderResponse order
            ? Optional.of(order.id())
            : Optional.empty();
    audit.record(call, answer.getStatus(), submitted);
  }
}
