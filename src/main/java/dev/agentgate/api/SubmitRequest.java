package dev.agentgate.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.agentgate.api.problem.ApiException;
import dev.agentgate.api.problem.Problem;
import dev.agentgate.api.problem.ProblemType;
import dev.agentgate.queue.SubmitOrder;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.IdempotencyKey;
import dev.agentgate.workspace.WorkspaceSourceInput;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * The body of a submit, its values within their ranges.
 *
 * @param fingerprint of the whole body, its idempotency key aside
 */
record SubmitRequest(
    String taskPrompt,
    Optional<String> agentType,
    WorkspaceSourceInput workspaceSource,
    Config config,
    OptionalInt maxIterations,
    int priority,
    Map<String, String> labels,
    Optional<String> idempotencyKey,
    String fingerprint) {

  static final int MAX_PROMPT = 262_144;
  static final int MAX_AGENT_TYPE = 100;
  static final int MAX_SOURCE_TEXT = 4_096;
  static final int MAX_ATTEMPTS = 10;
  static final int MAX_ITERATIONS = 100;
  static final int MAX_PRIORITY = 100;
  static final int MAX_LABELS = 32;
  static final int MAX_LABEL_TEXT = 63;
  static final Duration MAX_TIME = Duration.ofDays(7);
  static final Duration MAX_QUEUE_TTL = Duration.ofDays(365);

  private static final String IDEMPOTENCY_KEY = "idempotencyKey";
  private static final Pattern VISIBLE_ASCII = Pattern.compile("[!-~]{1,255}");
  private static final String IDEMPOTENCY_KEY_RULE = "must be 1 to 255 visible ASCII characters";

  /** What bounds the attempts. */
  record Config(
      Optional<Duration> maxTime,
      Optional<Duration> idleTimeout,
      Optional<Duration> queueTtl,
      OptionalInt maxAttempts,
      Set<FailureReason> retryOn) {
    private static final Config NONE =
        new Config(
            Optional.empty(), Optional.empty(), Optional.empty(), OptionalInt.empty(), Set.of());
  }

  /**
   * Reads a body. Unknown names are ignored.
   *
   * @param judge finds what only the service can tell: a sentence by the name of each wrong field
   * @throws ApiException a 400 that lists every wrong value
   */
  static SubmitRequest read(ObjectNode body, Function<SubmitOrder, Map<String, String>> judge) {
    RequestFields fields = RequestFields.of(body);
    SubmitRequest request =
        new SubmitRequest(
            readPrompt(fields),
            fields.text("agentType", 1, MAX_AGENT_TYPE),
            readSource(fields),
            fields.object("config").map(SubmitRequest::readConfig).orElse(Config.NONE),
            fields.integer("maxIterations", 1, MAX_ITERATIONS),
            fields.integer("priority", -MAX_PRIORITY, MAX_PRIORITY).orElse(0),
            readLabels(fields),
            readIdempotencyKey(fields),
            RequestJson.fingerprint(body, IDEMPOTENCY_KEY));
    List<Problem.Violation> own = fields.violations();
    List<Problem.Violation> violations = new ArrayList<>(own);
    judge
        .apply(request.order(Optional.empty()))
        .forEach((field, sentence) -> {
          // What could not even be read was judged as if it were absent.
          if (own.stream().noneMatch(it -> root(it.field()).equals(root(field)))) {
            violations.add(new Problem.Violation(field, sentence));
          }
        });
    if (!violations.isEmpty()) {
      String first = violations.getFirst().message();
      String text = own.isEmpty() ? first : own.getFirst().field() + " " + first;
      throw new ApiException(ProblemType.INVALID_REQUEST, summary(text, violations), violations);
    }
    return request;
  }

  private static String root(String field) {
    int dot = field.indexOf('.');
    return dot < 0 ? field : field.substring(0, dot);
  }

  private static String summary(String text, List<Problem.Violation> violations) {
    return violations.size() == 1
        ? text
        : text + " (and " + (violations.size() - 1) + " more, see violations)";
  }

  private static String readPrompt(RequestFields fields) {
    if (fields.value("taskPrompt").isEmpty()) {
      fields.refuse("taskPrompt", "is required");
    }
    return fields.text("taskPrompt", 1, MAX_PROMPT).orElse("");
  }

  private static WorkspaceSourceInput readSource(RequestFields fields) {
    if (fields.value("workspaceSource").isEmpty()) {
      fields.refuse("workspaceSource", "is required");
    }
    Optional<RequestFields> source = fields.object("workspaceSource");
    return new WorkspaceSourceInput(
        sourceText(source, "type"),
        sourceText(source, "url"),
        sourceText(source, "owner"),
        sourceText(source, "repo"),
        sourceText(source, "branch"),
        sourceText(source, "path"),
        sourceText(source, "ref"));
  }

  private static Optional<String> sourceText(Optional<RequestFields> source, String name) {
    return source.flatMap(fields -> fields.text(name, 0, MAX_SOURCE_TEXT));
  }

  private static Config readConfig(RequestFields fields) {
    return new Config(
        fields.duration("maxTime", MAX_TIME),
        fields.duration("idleTimeout", MAX_TIME),
        fields.duration("queueTtl", MAX_QUEUE_TTL),
        fields.integer("maxAttempts", 1, MAX_ATTEMPTS),
        readRetryOn(fields));
  }

  private static Set<FailureReason> readRetryOn(RequestFields fields) {
    Set<FailureReason> reasons = EnumSet.noneOf(FailureReason.class);
    Optional<JsonNode> value = fields.value("retryOn");
    if (value.isPresent() && !value.get().isArray()) {
      fields.refuse("retryOn", "must be an array of failure reasons");
      return reasons;
    }
    int index = 0;
    for (JsonNode element : value.orElse(MissingNode.getInstance())) {
      Optional<FailureReason> reason =
          element.isTextual() ? FailureReason.parse(element.textValue()) : Optional.empty();
      reason.ifPresent(reasons::add);
      if (reason.isEmpty()) {
        fields.refuse("retryOn[" + index + "]", "must be a known failure reason");
      }
      index++;
    }
    return reasons;
  }

  private static Map<String, String> readLabels(RequestFields fields) {
    Map<String, String> labels = new LinkedHashMap<>();
    Optional<JsonNode> value = fields.value("labels");
    if (value.isEmpty()) {
      return labels;
    }
    if (!(value.get() instanceof ObjectNode object)) {
      fields.refuse("labels", "must be an object of strings");
      return labels;
    }
    if (object.size() > MAX_LABELS) {
      fields.refuse("labels", "must be at most " + MAX_LABELS);
      return labels;
    }
    object
        .properties()
        .forEach(label -> {
          String key = label.getKey();
          Optional<String> fault = TextRule.fault(key, 1, MAX_LABEL_TEXT);
          if (fault.isPresent()) {
            fields.refuse("labels", "has a key that " + fault.get());
          } else if (!label.getValue().isTextual()) {
            fields.refuse("labels." + key, "must be a string");
          } else {
            String text = label.getValue().textValue();
            TextRule.fault(text, 0, MAX_LABEL_TEXT)
                .ifPresent(message -> fields.refuse("labels." + key, message));
            labels.put(key, text);
          }
        });
    return labels;
  }

  private static Optional<String> readIdempotencyKey(RequestFields fields) {
    Optional<JsonNode> value = fields.value(IDEMPOTENCY_KEY);
    Optional<String> key =
        value
            .filter(JsonNode::isTextual)
            .map(JsonNode::textValue)
            .filter(text -> VISIBLE_ASCII.matcher(text).matches());
    if (value.isPresent() && key.isEmpty()) {
      fields.refuse(IDEMPOTENCY_KEY, IDEMPOTENCY_KEY_RULE);
    }
    return key;
  }

  /**
   * The order, under the idempotency key of the body or of the header.
   *
   * @param headers every {@code Idempotency-Key} that was sent
   * @throws ApiException a 400, if a key is not of the form or they are not the same
   */
  SubmitOrder toOrder(List<String> headers) {
    for (String header : headers) {
      if (!VISIBLE_ASCII.matcher(header).matches()) {
        throw ApiException.invalid("Idempotency-Key " + IDEMPOTENCY_KEY_RULE);
      }
      if (!header.equals(idempotencyKey.orElse(header)) || !header.equals(headers.getFirst())) {
        throw ApiException.invalid("The request has two different idempotency keys");
      }
    }
    return order(
        headers.stream()
            .findFirst()
            .or(() -> idempotencyKey)
            .map(key -> new IdempotencyKey(key, fingerprint)));
  }

  private SubmitOrder order(Optional<IdempotencyKey> key) {
    return new SubmitOrder(
        taskPrompt,
        agentType,
        workspaceSource,
        config.maxTime,
        config.idleTimeout,
        config.queueTtl,
        config.maxAttempts,
        config.retryOn,
        maxIterations,
        priority,
        labels,
        key);
  }
}
