package dev.agentgate.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The publication of a run's changes, as clients see it. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(
    name = "Publication",
    requiredProperties = {"as", "status", "branch"})
public record PublicationResponse(
    @Schema(enumeration = {"branch", "pull_request"}) String as,
    @Schema(enumeration = {"pending", "published", "failed", "nothing_to_publish"}) String status,
    String branch,
    @Schema(description = "The commit that was pushed") @Nullable String commit,
    @Nullable PullRequest pullRequest,
    @Schema(description = "Why it failed, or why it could not be done so far")
        @Nullable String error) {

  /** A pull request on GitHub. */
  @Schema(
      name = "PullRequest",
      requiredProperties = {"number", "url"})
  public record PullRequest(
      long number, @Schema(examples = "https://github.com/acme/shop/pull/7") String url) {}
}
