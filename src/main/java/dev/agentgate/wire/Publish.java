package dev.agentgate.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** What becomes of the changes of a completed run, as a client asks for it. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(
    name = "Publish",
    description =
        "What becomes of the changes of a completed run. The service pushes them with its own"
            + " token")
public record Publish(
    @Schema(
            enumeration = {"none", "branch", "pull_request"},
            defaultValue = "none")
        @Nullable String as,
    @Schema(
            maxLength = Publish.MAX_BRANCH,
            description = "Receives the changes; `agentgate/{workOrderId}` if absent. Not the base")
        @Nullable String branch,
    @Schema(
            maxLength = Publish.MAX_BRANCH,
            description = "The branch that the changes are for; the one checked out if absent")
        @Nullable String base,
    @Schema(
            minLength = 1,
            maxLength = Publish.MAX_TITLE,
            description = "Of the pull request and the commit; the prompt's first line if absent")
        @Nullable String title,
    @Schema(maxLength = Publish.MAX_BODY, description = "Of the pull request")
        @Nullable String body,
    @Schema(description = "Whether a new pull request is a draft", defaultValue = "false")
        @Nullable Boolean draft,
    @Schema(maxItems = Publish.MAX_LABELS, description = "Added to the pull request")
        @JsonInclude(JsonInclude.Include.NON_EMPTY)
        List<String> labels) {

  public static final int MAX_BRANCH = 250;
  public static final int MAX_TITLE = 256;
  public static final int MAX_BODY = 65_536;
  public static final int MAX_LABELS = 20;
  public static final int MAX_LABEL = 50;

  public Publish {
    // It is left out of an answer when it is empty.
    labels = List.copyOf(Objects.requireNonNullElse(labels, List.of()));
  }
}
