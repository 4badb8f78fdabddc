package dev.agentgate.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The body of every error answer.
 *
 * @param error repeats {@code detail}
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457</a>
 */
@Schema(
    description = "An error, as RFC 9457 describes it",
    requiredProperties = {"type", "title", "status", "detail", "instance", "error"})
public record Problem(
    @Schema(
            description = "What kind of error; a URN to compare as text",
            examples = "urn:problem-type:agentgate:not-found")
        String type,
    @Schema(description = "The kind, for people", examples = "Not found") String title,
    @Schema(description = "The HTTP status", examples = "404") int status,
    @Schema(description = "What is wrong with this request") String detail,
    @Schema(
            description = "The path of the request",
            examples = "/api/v1/work-orders/wo_01K9Z4J0W3V7S5T8Q2N6M4B1CD")
        String instance,
    @Schema(description = "Repeats `detail`") String error,
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @Schema(description = "What is wrong with the body, value by value")
        List<Violation> violations) {

  /** The media type of a problem. */
  public static final String MEDIA_TYPE = "application/problem+json";

  public Problem {
    // A problem that a client reads may lack them.
    violations = List.copyOf(Objects.requireNonNullElse(violations, List.of()));
  }

  /**
   * One wrong value.
   *
   * @param field the place of the value, such as {@code config.maxTime}
   * @param message what is wrong with it
   */
  @Schema(requiredProperties = {"field", "message"})
  public record Violation(
      @Schema(description = "Where the value is", examples = "config.maxTime") String field,
      @Schema(
              description = "What is wrong with it",
              examples = "must be 1 to 604800000 milliseconds")
          String message) {}
}
