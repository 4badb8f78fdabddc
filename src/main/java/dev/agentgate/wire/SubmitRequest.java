package dev.agentgate.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The body of a submit, as a client writes it. The server does not use this record: it reads the
 * body value by value, so that it can name every wrong one.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(
    description = "Unknown fields are ignored",
    requiredProperties = {"taskPrompt", "workspaceSource"})
public record SubmitRequest(
    @Schema(minLength = 1, maxLength = SubmitRequest.MAX_PROMPT) String taskPrompt,
    @Schema(
            description = "The service's default agent if absent",
            minLength = 1,
            maxLength = SubmitRequest.MAX_AGENT_TYPE,
            examples = "claude-code")
        @Nullable String agentType,
    Source workspaceSource,
    @Nullable Config config,
    @Schema(
            minimum = "1",
            maximum = "" + SubmitRequest.MAX_ITERATIONS,
            description = "Handed to the agent")
        @Nullable Integer maxIterations,
    @Schema(
            minimum = "-" + SubmitRequest.MAX_PRIORITY,
            maximum = "" + SubmitRequest.MAX_PRIORITY,
            defaultValue = "0",
            description = "Higher first, then oldest first")
        @Nullable Integer priority,
    @Schema(
            maxProperties = SubmitRequest.MAX_LABELS,
            description = "Keys of 1 to 63 characters, values of at most 63")
        @Nullable Map<String, String> labels,
    @Nullable Publish publish,
    @Schema(
            pattern = SubmitRequest.IDEMPOTENCY_KEY,
            description = "In place of the header `Idempotency-Key`")
        @Nullable String idempotencyKey) {

  public static final int MAX_PROMPT = 262_144;
  public static final int MAX_AGENT_TYPE = 100;
  public static final int MAX_SOURCE_TEXT = 4_096;
  public static final int MAX_ATTEMPTS = 10;
  public static final int MAX_ITERATIONS = 100;
  public static final int MAX_PRIORITY = 100;
  public static final int MAX_LABELS = 32;
  public static final int MAX_LABEL_TEXT = 63;
  public static final Duration MAX_TIME = Duration.ofDays(7);
  public static final Duration MAX_QUEUE_TTL = Duration.ofDays(365);

  public static final int MAX_COST_USD = 1_000_000;

  /** The form of a model's name. */
  public static final String MODEL = "^[A-Za-z0-9._:/@][A-Za-z0-9._:/@-]{0,127}$";

  /** The form of an idempotency key: visible ASCII. */
  public static final String IDEMPOTENCY_KEY = "^[!-~]{1,255}$";

  /** Where the workspace comes from. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(
      name = "SubmitWorkspaceSource",
      description =
          "For `github`, in this order: `url`, `owner` and `repo`, `repo` as `owner/repo`, `repo`"
              + " alone with the configured owner. For `git`: `url`. For `local`: `path`, below an"
              + " allowed root.")
  public record Source(
      @Schema(
              enumeration = {"github", "git", "local", "empty"},
              defaultValue = "github")
          @Nullable String type,
      @Schema(maxLength = MAX_SOURCE_TEXT, examples = "https://github.com/acme/shop/tree/main")
          @Nullable String url,
      @Schema(maxLength = MAX_SOURCE_TEXT, examples = "acme") @Nullable String owner,
      @Schema(maxLength = MAX_SOURCE_TEXT, examples = "shop") @Nullable String repo,
      @Schema(maxLength = MAX_SOURCE_TEXT, description = "The remote's default branch if absent")
          @Nullable String branch,
      @Schema(
              maxLength = MAX_SOURCE_TEXT,
              examples = "v1.2.0",
              description =
                  "In place of `branch`: a branch, a tag or a full commit id. `refs/heads/…` and"
                      + " `refs/tags/…` say which of the two it is; otherwise a branch goes first."
                      + " A tag or a commit is checked out detached")
          @Nullable String ref,
      @Schema(maxLength = MAX_SOURCE_TEXT) @Nullable String path) {}

  /** The limits of the attempts. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(
      name = "SubmitConfig",
      description =
          "A duration is an integer of milliseconds, or a string: `60000`, `500ms`, `60s`, `5m`,"
              + " `2h`, `7d`, `PT1H`")
  public record Config(
      @Schema(
              ref = "RequestDuration",
              description = "1 to 604800000 ms; an attempt that takes longer fails")
          @Nullable Long maxTime,
      @Schema(
              ref = "RequestDuration",
              description =
                  "1 to 604800000 ms; the attempt fails if the agent makes no progress for this long:"
                      + " words, the start of a tool, its result. If AgentGate does not understand"
                      + " the agent's output, any output counts. Off if absent")
          @Nullable Long idleTimeout,
      @Schema(
              ref = "RequestDuration",
              description =
                  "1 to 31536000000 ms; waiting for longer fails the order; off if absent")
          @Nullable Long queueTtl,
      @Schema(minimum = "1", maximum = "" + MAX_ATTEMPTS, defaultValue = "1")
          @Nullable Integer maxAttempts,
      @Schema(
              description =
                  "Reasons that are retried besides those that are not the agent's own verdict")
          @Nullable List<String> retryOn,
      @Schema(
              enumeration = {"fresh", "resume"},
              description =
                  "Where a retry begins: in a new checkout, or in the workspace of the last attempt"
                      + " and in the agent's session if the agent can continue one. If absent, it"
                      + " depends on why the attempt failed")
          @Nullable String retryMode,
      @Schema(
              pattern = SubmitRequest.MODEL,
              examples = "claude-sonnet-4-5",
              description = "In the agent's spelling. Refused if the agent takes no model")
          @Nullable String model,
      @Schema(
              exclusiveMinimum = true,
              minimum = "0",
              maximum = "" + SubmitRequest.MAX_COST_USD,
              examples = "2.5",
              description =
                  "The most that one run may cost, in US dollars, with at most 6 decimals. Refused"
                      + " if the agent reports no cost and its model has no configured price")
          @Nullable BigDecimal maxCostUsd) {}
}
