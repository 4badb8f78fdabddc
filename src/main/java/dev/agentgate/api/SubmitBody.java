package dev.agentgate.api;

import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * How the OpenAPI document describes the body that {@link SubmitRequest} reads; never instantiated.
 */
@Schema(name = "SubmitRequest", description = "Unknown fields are ignored")
interface SubmitBody {
  @Schema(required = true, minLength = 1, maxLength = SubmitRequest.MAX_PROMPT)
  String getTaskPrompt();

  @Schema(
      description = "The service's default agent if absent",
      minLength = 1,
      maxLength = SubmitRequest.MAX_AGENT_TYPE,
      examples = "claude-code")
  String getAgentType();

  @Schema(required = true)
  Source getWorkspaceSource();

  Config getConfig();

  @Schema(
      minimum = "1",
      maximum = "" + SubmitRequest.MAX_ITERATIONS,
      description = "Handed to the agent")
  int getMaxIterations();

  @Schema(
      minimum = "-" + SubmitRequest.MAX_PRIORITY,
      maximum = "" + SubmitRequest.MAX_PRIORITY,
      defaultValue = "0",
      description = "Higher first, then oldest first")
  int getPriority();

  @Schema(
      maxProperties = SubmitRequest.MAX_LABELS,
      description = "Keys of 1 to 63 characters, values of at most 63")
  Map<String, String> getLabels();

  @Schema(pattern = "^[!-~]{1,255}$", description = "In place of the header `Idempotency-Key`")
  String getIdempotencyKey();

  /** Where the workspace comes from. */
  @Schema(
      name = "SubmitWorkspaceSource",
      description =
          "For `github`, in this order: `url`, `owner` and `repo`, `repo` as `owner/repo`, `repo`"
              + " alone with the configured owner. For `git`: `url`. For `local`: `path`, below an"
              + " allowed root.")
  interface Source {
    @Schema(
        enumeration = {"github", "git", "local", "empty"},
        defaultValue = "github")
    String getType();

    @Schema(
        maxLength = SubmitRequest.MAX_SOURCE_TEXT,
        examples = "https://github.com/acme/shop/tree/main")
    String getUrl();

    @Schema(maxLength = SubmitRequest.MAX_SOURCE_TEXT, examples = "acme")
    String getOwner();

    @Schema(maxLength = SubmitRequest.MAX_SOURCE_TEXT, examples = "shop")
    String getRepo();

    @Schema(
        maxLength = SubmitRequest.MAX_SOURCE_TEXT,
        description = "The remote's default branch if absent")
    String getBranch();

    @Schema(
        maxLength = SubmitRequest.MAX_SOURCE_TEXT,
        examples = "v1.2.0",
        description =
            "In place of `branch`: a branch, a tag or a full commit id. `refs/heads/…` and"
                + " `refs/tags/…` say which of the two it is; otherwise a branch goes first. A tag"
                + " or a commit is checked out detached")
    String getRef();

    @Schema(maxLength = SubmitRequest.MAX_SOURCE_TEXT)
    String getPath();
  }

  /** What bounds the attempts. */
  @Schema(
      name = "SubmitConfig",
      description =
          "A duration is an integer of milliseconds, or a string: `60000`, `500ms`, `60s`, `5m`,"
              + " `2h`, `7d`, `PT1H`")
  interface Config {
    @Schema(
        ref = "RequestDuration",
        description = "1 to 604800000 ms; an attempt that takes longer fails")
    Object getMaxTime();

    @Schema(
        ref = "RequestDuration",
        description = "1 to 604800000 ms; no output for so long fails the attempt; off if absent")
    Object getIdleTimeout();

    @Schema(
        ref = "RequestDuration",
        description = "1 to 31536000000 ms; waiting for longer fails the order; off if absent")
    Object getQueueTtl();

    @Schema(minimum = "1", maximum = "" + SubmitRequest.MAX_ATTEMPTS, defaultValue = "1")
    int getMaxAttempts();

    @Schema(
        description = "Reasons that are retried besides those that are not the agent's own verdict")
    List<Reason> getRetryOn();
  }

  /** Why an attempt failed. */
  @Schema(
      name = "FailureReason",
      type = SchemaType.STRING,
      enumeration = {
        "exit_code",
        "signal",
        "oom_killed",
        "timeout",
        "idle_timeout",
        "queue_expired",
        "killed",
        "interrupted",
        "lost",
        "spawn_failed",
        "workspace_failed",
        "disk_full"
      })
  interface Reason {}

  /** A duration as a client may write it. */
  @Schema(
      name = "RequestDuration",
      oneOf = {Long.class, String.class},
      description = "Milliseconds, or a text",
      examples = {"60000", "5m", "PT1H"})
  interface RequestDuration {}
}
