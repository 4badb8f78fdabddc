package dev.agentgate.api;

import dev.agentgate.publish.Publications;
import dev.agentgate.wire.PublicationResponse;
import dev.agentgate.wire.Publish;
import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.io.InputStream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;

/** Publishes what runs changed. */
@Path("/runs/{id}/publish")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Runs")
@APIResponse(ref = "Unauthenticated", responseCode = "401")
@APIResponse(ref = "Forbidden", responseCode = "403")
@APIResponse(ref = "NotAcceptable", responseCode = "406")
public class RunPublishResource {
  private final Publications publications;
  private final int maxBodySize;

  @Inject
  RunPublishResource(
      Publications publications,
      @ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize maxBodySize) {
    this.publications = publications;
    this.maxBodySize = Math.toIntExact(maxBodySize.asLongValue());
  }

  @POST
  @ResponseStatus(202)
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      operationId = "publishRun",
      summary = "Publish the changes of a completed run",
      description =
          "Publishes them now or again, as the body says; without a body, as before or as the order"
              + " says. Repeating the call while they are being published brings the next"
              + " attempt forward. Needs the role `operator`.")
  @RequestBody(
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = Publish.class)))
  @APIResponse(
      responseCode = "202",
      description = "They are being published",
      content = @Content(schema = @Schema(implementation = PublicationResponse.class)))
  @APIResponse(ref = "Invalid", responseCode = "400")
  @APIResponse(ref = "NotFound", responseCode = "404")
  @APIResponse(ref = "TooSlow", responseCode = "408")
  @APIResponse(ref = "Conflict", responseCode = "409")
  @APIResponse(ref = "TooLarge", responseCode = "413")
  @APIResponse(ref = "UnsupportedMediaType", responseCode = "415")
  @APIResponse(ref = "Unavailable", responseCode = "503")
  public PublicationResponse publish(
      @Parameter(example = PathIds.RUN) @PathParam("id") String id,
      @Context HttpHeaders headers,
      @Parameter(hidden = true) InputStream body) {
    return WireRecords.of(
        publications.request(
            PathIds.run(id),
            RequestJson.readOptionalObject(headers, body, maxBodySize).flatMap(PublishBody::read)));
  }
}
