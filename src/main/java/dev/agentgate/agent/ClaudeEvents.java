package dev.agentgate.agent;

import dev.agentgate.workorder.Usage;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Reads the output of {@code claude -p --output-format stream-json --verbose}, as of 2.1.332. One
 * process may print several pairs of {@code init} and {@code result}; the last pair counts.
 */
final class ClaudeEvents extends AgentEvents {
  private static final FieldPaths FIELDS =
      FieldPaths.of(
          List.of(
              "type",
              "subtype",
              "session_id",
              "model",
              "parent_tool_use_id",
              "message.model",
              "message.content.*.text",
              "is_api_error_message",
              "error",
              "error_status",
              "rate_limit_info.status",
              "rate_limit_info.resetsAt",
              "is_error",
              "result",
              "errors.*",
              "api_error",
              "api_error_type",
              "api_error_status",
              "api_error_params.rate_limit_info.resetsAt",
              "terminal_reason"),
          ClaudeUsage.FIELDS);

  private static final Set<String> TYPE_SAYS_ALL =
      Set.of("user", "stream_event", "tool_progress", "keep_alive");

  private final ClaudeUsage used;

  /** The error of the last message. Cleared, like the end of the limit, by the next result. */
  private Optional<String> messageError = Optional.empty();

  private Optional<Instant> limitedUntil = Optional.empty();
  private boolean limited;

  ClaudeEvents(OutputContext context) {
    super(context, FIELDS);
    this.used = new ClaudeUsage(context.usedBefore().costUsd());
  }

  @Override
  boolean isTypeEnough(String type) {
    return TYPE_SAYS_ALL.contains(type);
  }

  @Override
  boolean event(JsonEvent event) {
    Optional<String> of = event.text("session_id");
    boolean init = event.type().equals("system") && subtype(event).equals("init");
    if (!init && of.isPresent() && session.isPresent() && !of.equals(session)) {
      // This is another program's output, or forged.
      return false;
    }
    session = of.or(() -> session);
    boolean progress =
        switch (event.type()) {
          case "system" -> system(event, init);
          case "assistant" -> assistant(event);
          case "user", "stream_event" -> true;
          case "rate_limit_event" -> rateLimit(event);
          case "result" -> result(event);
          default -> false;
        };
    if (progress) {
      retrying = Optional.empty();
    }
    return progress;
  }

  private static String subtype(JsonEvent event) {
    return event.text("subtype").orElse("");
  }

  private boolean system(JsonEvent event, boolean init) {
    if (init) {
      model = event.text("model").or(() -> model);
      finished = false;
      return true;
    }
    if (subtype(event).equals("api_retry")) {
      String error = event.text("error").orElse("");
      OptionalInt status = status(event, "error_status");
      retrying = Optional.of(() -> retrying(status, error));
      return false;
    }
    return true;
  }

  private AgentVerdict.Failed retrying(OptionalInt status, String error) {
    String code = status.isPresent() ? " (" + status.getAsInt() + ")" : "";
    return failed(
        ClaudeErrors.named(error).orElseGet(() -> FailureWords.classify(status, error)),
        "Retrying after " + error + code,
        Optional.empty());
  }

  private boolean assistant(JsonEvent event) {
    boolean main = event.text("parent_tool_use_id").isEmpty();
    boolean apiError = event.isTrue("is_api_error_message");
    if (main) {
      finished = false;
      if (apiError) {
        messageError = event.text("error");
        event.number("api_error_params.rate_limit_info.resetsAt").ifPresent(this::limitedUntil);
      } else {
        event
            .text("message.model")
            .filter(name -> !name.startsWith("<"))
            .ifPresent(name -> model = Optional.of(name));
        List<String> said = event.texts("message.content.*.text");
        if (!said.isEmpty()) {
          result.set(String.join("\n", said));
        }
      }
    }
    if (!apiError) {
      used.message(event);
    }
    return !apiError;
  }

  private boolean rateLimit(JsonEvent event) {
    if (event.text("rate_limit_info.status").filter("rejected"::equals).isPresent()) {
      limited = true;
      event.number("rate_limit_info.resetsAt").ifPresent(this::limitedUntil);
    }
    return false;
  }

  private void limitedUntil(long epoch) {
    limitedUntil = ResetTime.ofEpoch(epoch, context.clock().instant()).or(() -> limitedUntil);
  }

  private boolean result(JsonEvent event) {
    finished = true;
    used.result(event);
    if (event.isTrue("is_error") || !subtype(event).equals("success")) {
      String sentence =
          event.texts("errors.*").isEmpty()
              ? event.text("result").orElseGet(() -> subtype(event))
              : String.join("; ", event.texts("errors.*"));
      verdict =
          failed(
              failure(event, sentence),
              withoutEpoch(sentence),
              epochIn(sentence).or(() -> limitedUntil));
    } else {
      verdict = AgentVerdict.SUCCEEDED;
      event.text("result").filter(words -> !words.isEmpty()).ifPresent(result::set);
    }
    messageError = Optional.empty();
    limitedUntil = Optional.empty();
    limited = false;
    return true;
  }

  /**
   * Returns the failure. What is known for certain takes precedence over what the text suggests.
   */
  private AgentFailure failure(JsonEvent event, String sentence) {
    AgentFailure byWords =
        FailureWords.classify(
            status(event, "api_error_status"),
            event.text("terminal_reason").orElse("")
                + " "
                + event.text("api_error_type").orElse("")
                + " "
                + sentence);
    if (limited && byWords == AgentFailure.AGENT_UNAVAILABLE) {
      return AgentFailure.USAGE_LIMIT;
    }
    return ClaudeErrors.named(subtype(event))
        .or(() -> event.text("api_error").flatMap(ClaudeErrors::named))
        .or(() ->
            messageError.filter(error -> !error.equals("rate_limit")).flatMap(ClaudeErrors::named))
        .orElse(byWords);
  }

  /** Old versions append the time to the message: "usage limit reached|1760000000". */
  private Optional<Instant> epochIn(String sentence) {
    return sentence.indexOf('|') < 0
        ? Optional.empty()
        : ResetTime.in(sentence, context.clock().instant(), context.zone());
  }

  private static String withoutEpoch(String sentence) {
    return sentence.replaceFirst("\\|\\d{10,13}$", "");
  }

  @Override
  Usage usage() {
    return used.soFar();
  }
}
