package dev.agentgate.agent;

import dev.agentgate.workorder.Usage;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Reads the output of {@code opencode run --format json}, as of 1.18.33. Each step reports its
 * tokens and its cost, which are added up. The model is not reported.
 */
final class OpencodeEvents extends AgentEvents {
  private static final String RESET_HEADER =
      "error.data.responseHeaders.anthropic-ratelimit-unified-reset";
  private static final FieldPaths FIELDS =
      FieldPaths.of(
          List.of(
              "type",
              "sessionID",
              "part.type",
              "part.text",
              "part.reason",
              "part.cost",
              "part.tokens.total",
              "part.tokens.input",
              "part.tokens.output",
              "part.tokens.reasoning",
              "part.tokens.cache.read",
              "part.tokens.cache.write",
              "error.name",
              "error.message",
              "error.data.message",
              "error.data.statusCode",
              "error.data.responseBody",
              RESET_HEADER));

  private Usage steps = Usage.UNKNOWN;

  OpencodeEvents(OutputContext context) {
    super(context, FIELDS);
  }

  @Override
  boolean event(JsonEvent event) {
    Optional<String> of = event.text("sessionID");
    if (of.isPresent() && session.isPresent() && !of.equals(session)) {
      return false;
    }
    session = of.or(() -> session);
    return switch (event.type()) {
      case "step_start" -> {
        finished = false;
        verdict = AgentVerdict.UNKNOWN;
        yield true;
      }
      case "text" -> {
        event.text("part.text").ifPresent(result::set);
        yield true;
      }
      case "step_finish" -> {
        step(event);
        yield true;
      }
      case "tool_use", "reasoning" -> true;
      case "error" -> {
        finished = true;
        verdict = error(event);
        yield true;
      }
      // Newer versions end their output with this event.
      case "done" -> {
        finished = true;
        yield true;
      }
      default -> false;
    };
  }

  private void step(JsonEvent event) {
    long read = event.sum("part.tokens.cache.read");
    long input = event.sum("part.tokens.input") + event.sum("part.tokens.cache.write") + read;
    // Whether the output includes the reasoning depends on the provider. The total always does.
    OptionalLong total = event.number("part.tokens.total");
    long output =
        total.isPresent() && total.getAsLong() >= input
            ? total.getAsLong() - input
            : event.sum("part.tokens.output") + event.sum("part.tokens.reasoning");
    steps =
        steps.plus(
            Usage.ofTokens(input, read, output)
                .withTurns(OptionalLong.of(1))
                .withCost(event.amount("part.cost")));
    String reason = event.text("part.reason").orElse("");
    finished = !reason.equals("tool-calls");
    if (reason.equals("error")) {
      verdict = failed(AgentFailure.OTHER, "The last step ended with an error", Optional.empty());
    } else if (finished) {
      verdict = AgentVerdict.SUCCEEDED;
    }
  }

  private AgentVerdict.Failed error(JsonEvent event) {
    String name = event.text("error.name").orElse("");
    String sentence =
        event.text("error.data.message").or(() -> event.text("error.message")).orElse(name);
    OptionalInt status = status(event, "error.data.statusCode");
    String body = event.text("error.data.responseBody").orElse("");
    AgentFailure failure = FailureWords.classify(status, name + " " + sentence);
    Optional<Instant> until = Optional.empty();
    OptionalLong reset = event.number(RESET_HEADER);
    if (failure == AgentFailure.AGENT_UNAVAILABLE
        && (reset.isPresent() || body.contains("usage_limit_reached"))) {
      failure = AgentFailure.USAGE_LIMIT;
    }
    if (reset.isPresent()) {
      until = ResetTime.ofEpoch(reset.getAsLong(), context.clock().instant());
    }
    return failed(failure, sentence, until);
  }

  @Override
  Usage usage() {
    return steps;
  }
}
