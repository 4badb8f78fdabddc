package dev.agentgate.api;

import dev.agentgate.queue.QueueHealth;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.WorkOrderStatus;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;

/**
 * Puts the domain's names of states and reasons into the OpenAPI document, so that it cannot list
 * others. It is used where the document is generated: in development and tests.
 */
@OpenApiFilter
public final class DocumentedNames implements OASFilter {
  private static final String STATUS = "Status";
  private static final String REASON = "FailureReason";

  private static final List<Object> STATUSES =
      Stream.of(WorkOrderStatus.values()).<Object>map(WorkOrderStatus::wireName).toList();
  private static final List<Object> REASONS =
      Stream.of(FailureReason.values()).<Object>map(FailureReason::wireName).toList();
  private static final List<Object> BLOCKS =
      Stream.of(QueueHealth.Block.values()).<Object>map(QueueHealth.Block::wireName).toList();

  @Override
  public void filterOpenAPI(OpenAPI document) {
    document.getComponents().addSchema(STATUS, names(STATUSES)).addSchema(REASON, names(REASONS));
    Map<String, Schema> schemas = document.getComponents().getSchemas();
    property(schemas, "WorkOrder", "status").setEnumeration(STATUSES);
    property(schemas, "WorkOrder", "failureReason").setEnumeration(REASONS);
    property(schemas, "SubmitConfig", "retryOn").setItems(reference(REASON));
    property(schemas, "QueueHealth", "blockedBy").setItems(names(BLOCKS));
    property(schemas, "WorkOrder", "blockedBy").setItems(names(BLOCKS));
    requireStatus(document);
  }

  /** An action on many orders, one that can be tried with {@code dryRun}, must name a status. */
  private static void requireStatus(OpenAPI document) {
    document.getPaths().getPathItems().values().stream()
        .flatMap(item -> item.getOperations().values().stream())
        .map(Operation::getParameters)
        .filter(all -> all != null && all.stream().anyMatch(it -> "dryRun".equals(it.getName())))
        .flatMap(List::stream)
        .filter(parameter -> "status".equals(parameter.getName()))
        .forEach(parameter -> parameter.setRequired(true));
  }

  @Override
  public Parameter filterParameter(Parameter parameter) {
    if ("status".equals(parameter.getName())) {
      parameter.getSchema().setItems(reference(STATUS));
    }
    if ("failureReason".equals(parameter.getName())) {
      parameter.getSchema().setItems(reference(REASON));
    }
    return parameter;
  }

  private static Schema property(Map<String, Schema> schemas, String type, String name) {
    return Optional.ofNullable(schemas.get(type))
        .map(Schema::getProperties)
        .map(properties -> properties.get(name))
        .orElseThrow(() -> new IllegalStateException("No " + type + "." + name + " to name"));
  }

  private static Schema names(List<Object> names) {
    return OASFactory.createSchema().type(List.of(SchemaType.STRING)).enumeration(names);
  }

  private static Schema reference(String schema) {
    return OASFactory.createSchema().ref(schema);
  }
}
