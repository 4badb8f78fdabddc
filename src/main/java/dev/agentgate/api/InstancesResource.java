package dev.agentgate.api;

import dev.agentgate.queue.InstanceList;
import dev.agentgate.wire.Answers;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Shows the instances of the service. */
@Path("/instances")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Instances")
@APIResponse(ref = "Unauthenticated", responseCode = "401")
@APIResponse(ref = "Forbidden", responseCode = "403")
@APIResponse(ref = "NotAcceptable", responseCode = "406")
public class InstancesResource {
  private final InstanceList instances;

  @Inject
  InstancesResource(InstanceList instances) {
    this.instances = instances;
  }

  @GET
  @Operation(
      operationId = "listInstances",
      summary = "List the instances of the service",
      description =
          "Lists the instances that share the database, sorted by id: those that are alive, and"
              + " those whose orders have not been taken over yet. Without a database there is"
              + " one instance. Needs the role `viewer`.")
  @APIResponse(
      responseCode = "200",
      description = "The instances",
      content = @Content(schema = @Schema(implementation = Answers.Instances.class)))
  @APIResponse(ref = "Unavailable", responseCode = "503")
  public Answers.Instances list() {
    return new Answers.Instances(
        instances.all().stream().map(WireRecords::of).toList(), instances.shared());
  }
}
