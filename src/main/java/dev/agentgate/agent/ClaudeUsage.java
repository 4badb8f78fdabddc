package dev.agentgate.agent;

import dev.agentgate.workorder.Usage;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Counts what {@code claude} used. Until there is a result, the messages are counted. They report
 * their output when they begin, so their numbers are too low; the numbers of a result are exact.
 */
final class ClaudeUsage {
  /** The fields that this class reads. */
  static final List<String> FIELDS =
      List.of(
          "message.id",
          "message.usage.input_tokens",
          "message.usage.cache_creation_input_tokens",
          "message.usage.cache_read_input_tokens",
          "message.usage.output_tokens",
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
          "model_usage_since_last_result.*.costUSD");

  /**
   * Subagents' messages are interleaved with those of the main agent, so several may be open at
   * once.
   */
  private static final int OPEN_MESSAGES = 64;

  private final Optional<BigDecimal> costBefore;

  /** The usage that the results reported. */
  private Usage reported = Usage.UNKNOWN;

  private Optional<BigDecimal> costOfResults = Optional.empty();

  /** The highest total of all results. A result after an error may report 0. */
  private Optional<BigDecimal> highestTotal = Optional.empty();

  /**
   * The messages since the last result. A message has several lines, each with its id and usage.
   */
  private final Map<String, Usage> openMessages = new LinkedHashMap<>();

  private Usage closedMessages = Usage.UNKNOWN;

  /**
   * @param costBefore the cost of the session before this run
   */
  ClaudeUsage(Optional<BigDecimal> costBefore) {
    this.costBefore = costBefore;
  }

  /** Counts a line of a message. */
  void message(JsonEvent event) {
    String usage = "message.usage.";
    openMessages.put(
        event.text("message.id").orElse(""),
        tokens(
            event.sum(usage + "input_tokens"),
            event.sum(usage + "cache_creation_input_tokens"),
            event.sum(usage + "cache_read_input_tokens"),
            event.sum(usage + "output_tokens")));
    if (openMessages.size() > OPEN_MESSAGES) {
      var oldest = openMessages.entrySet().iterator();
      closedMessages = closedMessages.plus(oldest.next().getValue());
      oldest.remove();
    }
  }

  /** Counts a result, which replaces the messages before it. */
  void result(JsonEvent event) {
    String since = "model_usage_since_last_result.*.";
    Usage used =
        event.texts(since + "inputTokens").isEmpty()
            ? tokens(
                event.sum("usage.input_tokens"),
                event.sum("usage.cache_creation_input_tokens"),
                event.sum("usage.cache_read_input_tokens"),
                event.sum("usage.output_tokens"))
            : tokens(
                event.sum(since + "inputTokens"),
                event.sum(since + "cacheCreationInputTokens"),
                event.sum(since + "cacheReadInputTokens"),
                event.sum(since + "outputTokens"));
    OptionalLong turns = event.number("num_turns");
    reported = reported.plus(used.withTurns(turns));
    Optional<BigDecimal> cost = event.amount(since + "costUSD");
    if (cost.isPresent()) {
      costOfResults = Optional.of(costOfResults.orElse(BigDecimal.ZERO).add(cost.get()));
    }
    Optional<BigDecimal> total = event.amount("total_cost_usd");
    if (total.isPresent()) {
      highestTotal = Optional.of(total.get().max(highestTotal.orElse(BigDecimal.ZERO)));
    }
    closedMessages = Usage.UNKNOWN;
    openMessages.clear();
  }

  private static Usage tokens(long fresh, long written, long read, long output) {
    return Usage.ofTokens(fresh + written + read, read, output);
  }

  /** Returns what this run has used so far. */
  Usage soFar() {
    Usage running = openMessages.values().stream().reduce(closedMessages, Usage::plus);
    // The total includes earlier runs of a continued session; only old versions need it.
    Optional<BigDecimal> ownTotal =
        Usage.UNKNOWN.withCost(highestTotal).since(Usage.UNKNOWN.withCost(costBefore)).costUsd();
    return reported.plus(running).withCost(costOfResults.or(() -> ownTotal));
  }
}
