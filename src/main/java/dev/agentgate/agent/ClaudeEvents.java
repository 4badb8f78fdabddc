package dev.agentgate.agent;

import dev.agentgate.workorder.Usage;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The output of {@code claude -p --output-format stream-json --verbose}, as of 2.1.332. One process
 * may print several pairs of {@code init} and {@code result}; the last one counts.
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
              "message.id",
              "message.model",
              "message.content.*.text",
              "message.usage.input_tokens",
              "message.usage.cache_creation_input_tokens",
              "message.usage.cache_read_input_tokens",
              "message.usage.output_tokens",
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
              "terminal_reason",
              "num_turns",
              "total_cost_usd",
              "usage.input_tokens",
              "usage.cache_creation_input_tokens",
              "usage.cache_read_input_tokens",
              "usage.output_tokens",
              "model_usage_since_last_result.*.inputTokens",
              "model_usage_since_last_result.*.cacheCreationInputTokens",
              "model_usage_since_last_result.*.cacheReadInputTokens",
              "model_usage_since_last_result.*.outputTokens",
              "model_usage_since_last_result.*.costUSD"));

  private static final Set<String> TYPE_SAYS_ALL =
      Set.of("user", "stream_event", "tool_progress", "keep_alive");

  /** The values of {@code error} and {@code api_error}, beside those that speak for themselves. */
  private static final Map<String, AgentFailure> ERRORS =
      Map.ofEntries(
          Map.entry("usage_limit_reached", AgentFailure.USAGE_LIMIT),
          Map.entry("model_requires_usage_credits", AgentFailure.USAGE_LIMIT),
          Map.entry("long_context_credits_required", AgentFailure.USAGE_LIMIT),
          Map.entry("billing_error", AgentFailure.USAGE_LIMIT),
          Map.entry("authentication_failed", AgentFailure.AGENT_AUTH),
          Map.entry("oauth_org_not_allowed", AgentFailure.AGENT_AUTH),
          Map.entry("account_on_hold", AgentFailure.AGENT_AUTH),
          Map.entry("verification_required", AgentFailure.AGENT_AUTH),
          Map.entry("cloud_credential_error", AgentFailure.AGENT_AUTH),
          Map.entry("provider_credentials", AgentFailure.AGENT_AUTH),
          Map.entry("overloaded", AgentFailure.AGENT_UNAVAILABLE),
          Map.entry("server_error", AgentFailure.AGENT_UNAVAILABLE),
          Map.entry("rate_limit", AgentFailure.AGENT_UNAVAILABLE),
          Map.entry("connection_failed", AgentFailure.AGENT_UNAVAILABLE),
          Map.entry("no_response", AgentFailure.AGENT_UNAVAILABLE),
          Map.entry("stream_idle_timeout", AgentFailure.AGENT_UNAVAILABLE),
          Map.entry("network_edge_blocked", AgentFailure.AGENT_UNAVAILABLE),
          Map.entry("error_max_turns", AgentFailure.MAX_ITERATIONS),
          Map.entry("error_max_budget_usd", AgentFailure.BUDGET_EXCEEDED));

  /** Messages of subagents come between those of the main one, so several may be open. */
  private static final int OPEN_MESSAGES = 64;

  /** What the results said. */
  private Usage settled = Usage.UNKNOWN;

  /** The highest of the totals that results named; a result after an error may say 0. */
  private Optional<BigDecimal> highestTotal = Optional.empty();

  private Optional<BigDecimal> costOfResults = Optional.empty();

  /** Since the last result: messages come in several lines with the same id and usage. */
  private Usage closedMessages = Usage.UNKNOWN;

  private final Map<String, Usage> openMessages = new LinkedHashMap<>();

  /** What the last message said of an error, and when a limit is over; until the next result. */
  private Optional<String> messageError = Optional.empty();

  private Optional<Instant> limitedUntil = Optional.empty();
  private boolean limited;

  ClaudeEvents(OutputContext context) {
    super(context);
  }

  @Override
  FieldPaths fields() {
    return FIELDS;
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
      // Not of this session: another program's output, or a lie.
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
        failureOf(error).orElseGet(() -> FailureWords.classify(status, error)),
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
      count(event);
    }
    return !apiError;
  }

  private void count(JsonEvent event) {
    Usage usage =
        tokens(
            event.sum("message.usage.input_tokens"),
            event.sum("message.usage.cache_creation_input_tokens"),
            event.sum("message.usage.cache_read_input_tokens"),
            event.sum("message.usage.output_tokens"));
    openMessages.put(event.text("message.id").orElse(""), usage);
    if (openMessages.size() > OPEN_MESSAGES) {
      String oldest = openMessages.keySet().iterator().next();
      Usage closed = openMessages.remove(oldest);
      closedMessages = closed == null ? closedMessages : closedMessages.plus(closed);
    }
  }

  private static Usage tokens(long fresh, long written, long read, long output) {
    return Usage.ofTokens(fresh + written + read, read, output);
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
    settle(event);
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

  /** What is known for certain comes first, what the words suggest last. */
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
    return failureOf(subtype(event))
        .or(() -> event.text("api_error").flatMap(ClaudeEvents::failureOf))
        .or(() ->
            messageError
                .filter(error -> !error.equals("rate_limit"))
                .flatMap(ClaudeEvents::failureOf))
        .orElse(byWords);
  }

  private static Optional<AgentFailure> failureOf(String error) {
    return Optional.ofNullable(ERRORS.get(error));
  }

  /** Old versions put the time behind the sentence: "usage limit reached|1760000000". */
  private Optional<Instant> epochIn(String sentence) {
    return sentence.indexOf('|') < 0
        ? Optional.empty()
        : ResetTime.in(sentence, context.clock().instant(), context.zone());
  }

  private static String withoutEpoch(String sentence) {
    return sentence.replaceFirst("\\|\\d{10,13}$", "");
  }

  private void settle(JsonEvent event) {
    String since = "model_usage_since_last_result.*.";
    boolean told = !event.texts(since + "inputTokens").isEmpty();
    Usage of =
        told
            ? tokens(
                event.sum(since + "inputTokens"),
                event.sum(since + "cacheCreationInputTokens"),
                event.sum(since + "cacheReadInputTokens"),
                event.sum(since + "outputTokens"))
            : tokens(
                event.sum("usage.input_tokens"),
                event.sum("usage.cache_creation_input_tokens"),
                event.sum("usage.cache_read_input_tokens"),
                event.sum("usage.output_tokens"));
    settled = settled.plus(of.withTurns(event.number("num_turns")));
    event
        .amount(since + "costUSD")
        .ifPresent(
            cost -> costOfResults = Optional.of(costOfResults.orElse(BigDecimal.ZERO).add(cost)));
    event
        .amount("total_cost_usd")
        .filter(total -> highestTotal.filter(highest -> highest.compareTo(total) >= 0).isEmpty())
        .ifPresent(total -> highestTotal = Optional.of(total));
    closedMessages = Usage.UNKNOWN;
    openMessages.clear();
  }

  @Override
  Usage usage() {
    Usage running = openMessages.values().stream().reduce(closedMessages, Usage::plus);
    // The total counts on over a session that is continued.
    Usage total =
        Usage.UNKNOWN
            .withCost(highestTotal)
            .since(Usage.UNKNOWN.withCost(context.usedBefore().costUsd()));
    return settled.plus(running).withCost(costOfResults.or(total::costUsd));
  }
}
