package dev.agentgate.cli.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.agentgate.cli.remote.Json;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What else an order says: the agent, its limits, its place in the queue. */
final class OrderOptions {
  @Option(
      names = {"-a", "--agent"},
      paramLabel = "TYPE",
      description = "The agent, such as claude-code. Default: the server's.")
  private @Nullable String agent;

  @Option(
      names = {"-m", "--model"},
      paramLabel = "NAME",
      description = "The agent's model.")
  private @Nullable String model;

  @Option(
      names = {"-l", "--label"},
      paramLabel = "KEY:VALUE",
      description = "A label; may repeat.")
  private List<String> labels = new ArrayList<>();

  @Option(
      names = {"-p", "--priority"},
      paramLabel = "N",
      description = "-100 to 100; higher goes first. Default: 0.")
  private @Nullable Integer priority;

  @Option(
      names = "--max-time",
      paramLabel = "TIME",
      description = "A run that takes longer fails, such as 30m.")
  private @Nullable Duration maxTime;

  @Option(
      names = "--idle-timeout",
      paramLabel = "TIME",
      description =
          "A run whose agent makes no progress for this long fails. A running tool is not progress.")
  private @Nullable Duration idleTimeout;

  @Option(
      names = "--queue-ttl",
      paramLabel = "TIME",
      description = "An order that waits for longer fails.")
  private @Nullable Duration queueTtl;

  @Option(names = "--max-attempts", paramLabel = "N", description = "1 to 10. Default: 1.")
  private @Nullable Integer maxAttempts;

  @Option(
      names = "--retry-on",
      paramLabel = "REASON",
      split = ",",
      description = "Also retry after these failures, such as exit_code.")
  private List<String> retryOn = new ArrayList<>();

  @Option(
      names = "--retry-mode",
      paramLabel = "MODE",
      description = "fresh (a new checkout) or resume (the same workspace and session).")
  private @Nullable String retryMode;

  @Option(
      names = "--max-iterations",
      paramLabel = "N",
      description = "1 to 100 turns of the agent.")
  private @Nullable Integer maxIterations;

  @Option(
      names = "--max-cost",
      paramLabel = "USD",
      description = "The run is stopped when it has cost more.")
  private @Nullable BigDecimal maxCost;

  /** Adds each value that the order does not have itself. */
  void addTo(ObjectNode order) {
    new Missing(order)
        .put("agentType", agent)
        .put("priority", priority)
        .put("maxIterations", maxIterations);
    if (!labels.isEmpty()) {
      ObjectNode given = order.objectNode();
      Labels.addTo(given, labels);
      if (order.get("labels") instanceof ObjectNode own) {
        given.setAll(own);
      }
      order.set("labels", given);
    }
    ObjectNode config = order.get("config") instanceof ObjectNode own ? own : order.objectNode();
    new Missing(config)
        .put("model", model)
        .put("maxTime", millis(maxTime))
        .put("idleTimeout", millis(idleTimeout))
        .put("queueTtl", millis(queueTtl))
        .put("maxAttempts", maxAttempts)
        .put("retryMode", retryMode)
        .put("maxCostUsd", maxCost);
    if (!retryOn.isEmpty() && !config.has("retryOn")) {
      retryOn.forEach(config.putArray("retryOn")::add);
    }
    if (!config.isEmpty()) {
      order.set("config", config);
    }
  }

  private static @Nullable Long millis(@Nullable Duration duration) {
    return duration == null ? null : duration.toMillis();
  }

  /** Adds values that are given to an object that lacks them. */
  private record Missing(ObjectNode object) {
    Missing put(String name, @Nullable Object value) {
      if (value != null && !object.has(name)) {
        object.set(name, Json.MAPPER.valueToTree(value));
      }
      return this;
    }
  }
}
