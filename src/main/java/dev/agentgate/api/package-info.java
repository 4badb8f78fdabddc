/** HTTP: the resources, the gate in front of them, the audit log and the OpenAPI document. */
@NullMarked
// It is here because the scanner looks for it only on packages and on Applications.
@OpenAPIDefinition(
    info =
        @Info(
            title = "AgentGate",
            version = "1.0.0",
            description =
                "A durable work-order queue that runs coding agents as supervised processes.\n\n"
                    + "Times are RFC 3339 in UTC with milliseconds; a duration is an integer of"
                    + " milliseconds in every answer. Values that do not apply are left out."
                    + " Every answer carries `X-Request-ID`: the caller's own, if it sent one."
                    + " `AgentGate-Role` names the role of a caller who was let in.",
            license =
                @License(name = "Apache-2.0", url = "https://www.apache.org/licenses/LICENSE-2.0")),
    tags = {
      @Tag(name = "Work orders", description = "Submit, watch and stop work orders"),
      @Tag(name = "Runs", description = "Single attempts"),
      @Tag(name = "Queue", description = "The queue as a whole"),
      @Tag(name = "Events", description = "What changes")
    },
    // One of the two; the empty set: a service without keys, on loopback, asks for none.
    securitySets = {
      @SecurityRequirementsSet(@SecurityRequirement(name = "bearer")),
      @SecurityRequirementsSet(@SecurityRequirement(name = "apiKey")),
      @SecurityRequirementsSet
    },
    components =
        @Components(
            schemas =
                @Schema(
                    name = "RequestDuration",
                    oneOf = {Long.class, String.class},
                    description = "Milliseconds, or a string",
                    examples = {"60000", "5m", "PT1H"}),
            securitySchemes = {
              @SecurityScheme(
                  securitySchemeName = "bearer",
                  type = SecuritySchemeType.HTTP,
                  scheme = "bearer",
                  description =
                      "A key with the role `viewer` (reads), `operator` (also submits, cancels,"
                          + " triggers) or `admin` (also kills, purges, pauses)"),
              @SecurityScheme(
                  securitySchemeName = "apiKey",
                  type = SecuritySchemeType.APIKEY,
                  in = SecuritySchemeIn.HEADER,
                  apiKeyName = "X-API-Key",
                  description = "The same keys in another header")
            },
            responses = {
              @APIResponse(
                  name = "Invalid",
                  responseCode = "400",
                  description = "The request is malformed or holds a bad value",
                  content =
                      @Content(
                          mediaType = Problem.MEDIA_TYPE,
                          schema = @Schema(implementation = Problem.class))),
              @APIResponse(
                  name = "Unauthenticated",
                  responseCode = "401",
                  description = "No key, or a wrong one",
                  headers =
                      @Header(
                          name = "WWW-Authenticate",
                          description = "`Bearer`",
                          schema = @Schema(type = SchemaType.STRING)),
                  content =
                      @Content(
                          mediaType = Problem.MEDIA_TYPE,
                          schema = @Schema(implementation = Problem.class))),
              @APIResponse(
                  name = "Forbidden",
                  responseCode = "403",
                  description =
                      "The key's role is too low; or no key is configured and the request comes"
                          + " from elsewhere",
                  content =
                      @Content(
                          mediaType = Problem.MEDIA_TYPE,
                          schema = @Schema(implementation = Problem.class))),
              @APIResponse(
                  name = "NotFound",
                  responseCode = "404",
                  description = "There is no such work order or run",
                  content =
                      @Content(
                          mediaType = Problem.MEDIA_TYPE,
                          schema = @Schema(implementation = Problem.class))),
              @APIResponse(
                  name = "NotAcceptable",
                  responseCode = "406",
                  description = "`Accept` allows no media type of this answer",
                  content =
                      @Content(
                          mediaType = Problem.MEDIA_TYPE,
                          schema = @Schema(implementation = Problem.class))),
              @APIResponse(
                  name = "TooSlow",
                  responseCode = "408",
                  description = "The body did not arrive within two minutes",
                  content =
                      @Content(
                          mediaType = Problem.MEDIA_TYPE,
                          schema = @Schema(implementation = Problem.class))),
              @APIResponse(
                  name = "Conflict",
                  responseCode = "409",
                  description = "The work order's state does not allow it",
                  content =
                      @Content(
                          mediaType = Problem.MEDIA_TYPE,
                          schema = @Schema(implementation = Problem.class))),
              @APIResponse(
                  name = "TooLarge",
                  responseCode = "413",
                  description = "The body is larger than 4 MiB",
                  content =
                      @Content(
                          mediaType = Problem.MEDIA_TYPE,
                          schema = @Schema(implementation = Problem.class))),
              @APIResponse(
                  name = "UnsupportedMediaType",
                  responseCode = "415",
                  description = "The body is not sent as `application/json`",
                  content =
                      @Content(
                          mediaType = Problem.MEDIA_TYPE,
                          schema = @Schema(implementation = Problem.class))),
              @APIResponse(
                  name = "RangeNotSatisfiable",
                  responseCode = "416",
                  description = "The range is beyond the end",
                  headers =
                      @Header(
                          name = "Content-Range",
                          description = "How many bytes there are, as `bytes */1024`",
                          schema = @Schema(type = SchemaType.STRING)),
                  content =
                      @Content(
                          mediaType = Problem.MEDIA_TYPE,
                          schema = @Schema(implementation = Problem.class))),
              @APIResponse(
                  name = "QueueFull",
                  responseCode = "429",
                  description = "The queue is full",
                  headers =
                      @Header(
                          name = "Retry-After",
                          description = "In seconds",
                          schema = @Schema(type = SchemaType.INTEGER)),
                  content =
                      @Content(
                          mediaType = Problem.MEDIA_TYPE,
                          schema = @Schema(implementation = Problem.class))),
              @APIResponse(
                  name = "Unavailable",
                  responseCode = "503",
                  description =
                      "The store cannot take the write, or the service is stopping; nothing is left"
                          + " half-written. Or the service is short of file descriptors or"
                          + " memory: then a cancel or kill may still be carried out later, and"
                          + " it is safe to repeat it",
                  headers =
                      @Header(
                          name = "Retry-After",
                          description = "In seconds",
                          schema = @Schema(type = SchemaType.INTEGER)),
                  content =
                      @Content(
                          mediaType = Problem.MEDIA_TYPE,
                          schema = @Schema(implementation = Problem.class)))
            }))
package dev.agentgate.api;

import dev.agentgate.wire.Problem;
import org.eclipse.microprofile.openapi.annotations.Components;
import org.eclipse.microprofile.openapi.annotations.OpenAPIDefinition;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.enums.SecuritySchemeIn;
import org.eclipse.microprofile.openapi.annotations.enums.SecuritySchemeType;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.info.Info;
import org.eclipse.microprofile.openapi.annotations.info.License;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirementsSet;
import org.eclipse.microprofile.openapi.annotations.security.SecurityScheme;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.NullMarked;
