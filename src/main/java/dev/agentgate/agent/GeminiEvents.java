package dev.agentgate.agent;

import dev.agentgate.workorder.Usage;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Reads the output of {@code gemini --output-format stream-json}, as of 0.61.0. Messages arrive in
 * pieces, token counts arrive with the result for each model, and retries are lines of text.
 */
final class GeminiEvents extends AgentEvents {
  private static final String MODELS = "stats.models.*";
  private static final FieldPaths FIELDS =
      FieldPaths.of(
          List.of(
              "type",
              "session_id",
              "model",
              "role",
              "content",
              "delta",
              "status",
              "severity",
              "message",
              "error.type",
              "error.message",
              "stats.input_tokens",
              "stats.cached",
              "stats.output_tokens",
              MODELS,
              MODELS + ".total_tokens",
              MODELS + ".input_tokens",
              MODELS + ".cached",
              MODELS + ".output_tokens"));

  private static final Pattern RETRY = Pattern.compile("^Attempt \\d+ failed\\b.*");

  private static final String API_ERROR = "[API Error: ";
  private static final String ANSWER = "\"message\":\"";

  /**
   * Whether the last event was a piece of a message. A tool call in between begins a new message.
   */
  private boolean speaking;

  private Usage used = Usage.UNKNOWN;
  private Optional<String> error = Optional.empty();

  GeminiEvents(OutputContext context) {
    super(context, FIELDS);
  }

  @Override
  boolean event(JsonEvent event) {
    boolean spoke = speaking;
    speaking = false;
    retrying = Optional.empty();
    return switch (event.type()) {
      case "init" -> {
        session = event.text("session_id").or(() -> session);
        model = event.text("model").or(() -> model);
        finished = false;
        yield true;
      }
      case "message" -> {
        if (event.text("role").filter("assistant"::equals).isPresent()) {
          say(event.text("content").orElse(""), spoke && event.isTrue("delta"));
        }
        yield true;
      }
      case "tool_use", "tool_result" -> true;
      case "error" -> {
        if (event.text("severity").filter("error"::equals).isPresent()) {
          error = event.text("message");
        }
        yield true;
      }
      case "result" -> {
        result(event);
        yield true;
      }
      default -> false;
    };
  }

  private void say(String words, boolean more) {
    if (more) {
      result.add(words);
    } else {
      result.set(words);
    }
    speaking = true;
  }

  private void result(JsonEvent event) {
    finished = true;
    count(event);
    boolean success = event.text("status").filter("success"::equals).isPresent();
    if (success && error.isEmpty()) {
      verdict = AgentVerdict.SUCCEEDED;
      return;
    }
    String type = event.text("error.type").orElse("");
    String raw = event.text("error.message").or(() -> error).orElse("The agent reported an error");
    verdict =
        failed(
            FailureWords.classify(OptionalInt.empty(), type + " " + raw),
            sentence(raw),
            Optional.empty());
  }

  private void count(JsonEvent event) {
    used =
        Usage.ofTokens(
            event.sum("stats.input_tokens"),
            event.sum("stats.cached"),
            event.sum("stats.output_tokens"));
    List<ModelUsage> models = models(event);
    if (model.filter(name -> !name.equals("auto")).isEmpty()) {
      model =
          models.stream()
              .filter(of -> of.total() > 0)
              .max(Comparator.comparingLong(ModelUsage::total))
              .map(ModelUsage::name)
              .or(() -> model);
    }
    used = used.withCost(cost(models));
  }

  /** The usage of one model. The router and the main model are separate models. */
  private record ModelUsage(String name, long total, Usage usage) {}

  private static List<ModelUsage> models(JsonEvent event) {
    List<String> names = event.texts(MODELS);
    List<String> totals = event.texts(MODELS + ".total_tokens");
    List<String> inputs = event.texts(MODELS + ".input_tokens");
    List<String> cached = event.texts(MODELS + ".cached");
    List<String> outputs = event.texts(MODELS + ".output_tokens");
    if (!Stream.of(totals, inputs, cached, outputs).allMatch(of -> of.size() == names.size())) {
      return List.of();
    }
    return IntStream.range(0, names.size())
        .mapToObj(i ->
            new ModelUsage(
                names.get(i),
                JsonEvent.count(totals.get(i)),
                Usage.ofTokens(
                    JsonEvent.count(inputs.get(i)),
                    JsonEvent.count(cached.get(i)),
                    JsonEvent.count(outputs.get(i)))))
        .toList();
  }

  /** Returns the cost; empty unless every model that was used has a price. */
  private Optional<BigDecimal> cost(List<ModelUsage> models) {
    Optional<BigDecimal> sum = Optional.empty();
    for (ModelUsage of : models) {
      if (of.total() > 0) {
        Optional<BigDecimal> price = priceOf(of.name(), of.usage());
        if (price.isEmpty()) {
          return Optional.empty();
        }
        sum = Optional.of(sum.orElse(BigDecimal.ZERO).add(price.get()));
      }
    }
    return sum;
  }

  @Override
  void text(String line) {
    if (line.startsWith("Attempt ") && RETRY.matcher(line).matches()) {
      retrying = Optional.of(() -> failed(OptionalInt.empty(), "", line));
    } else {
      super.text(line);
    }
  }

  /** Returns the provider's message without the {@code [API Error: …]} and the JSON around it. */
  static String sentence(String raw) {
    int answer = raw.indexOf(ANSWER);
    if (raw.startsWith(API_ERROR) && answer >= 0) {
      return unquoted(raw, answer + ANSWER.length());
    }
    int close = raw.indexOf(']');
    return raw.startsWith(API_ERROR) && close >= 0 ? raw.substring(API_ERROR.length(), close) : raw;
  }

  private static String unquoted(String text, int start) {
    StringBuilder words = new StringBuilder();
    int at = start;
    while (at < text.length() && text.charAt(at) != '"') {
      if (text.charAt(at) == '\\' && at + 1 < text.length()) {
        at++;
        words.append(text.charAt(at) == 'n' ? '\n' : text.charAt(at));
      } else {
        words.append(text.charAt(at));
      }
      at++;
    }
    return words.toString();
  }

  @Override
  Usage usage() {
    return used;
  }
}
