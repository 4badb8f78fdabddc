package dev.agentgate.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.agentgate.api.problem.ApiException;
import dev.agentgate.queue.SubmitOrder;
import dev.agentgate.wire.Problem.Violation;
import dev.agentgate.wire.SubmitRequest;
import dev.agentgate.workorder.AgentChoices;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.IdempotencyKey;
import dev.agentgate.workorder.RetryMode;
import dev.agentgate.workspace.WorkspaceSourceInput;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads the body of a submit ({@link SubmitRequest}) into the order that the queue takes. It checks
 * types and ranges, and names every value that is wrong. Unknown names are ignored.
 */
final class SubmitBody {
  private static final String IDEMPOTENCY_KEY = "idempotencyKey";
  private static final Pattern KEY_FORM = Pattern.compile(SubmitRequest.IDEMPOTENCY_KEY);
  private static final Pattern MODEL_FORM = Pattern.compile(SubmitRequest.MODEL);
  private static final String MODEL_RULE =
      "must be 1 to 128 letters, digits and ._:/@-, and not begin with -";
  private static final List<String> RETRY_MODES =
      Stream.of(RetryMode.values()).map(RetryMode::wireName).toList();
  private static final Pattern RETRY_MODE_FORM = Pattern.compile(String.join("|", RETRY_MODES));
  private static final String KEY_RULE = "must be 1 to 255 visible ASCII characters";

  private SubmitBody() {}

  /**
   * Reads a body.
   *
   * @param keys every {@code Idempotency-Key} header of the request
   * @param faults what else the queue would refuse: a sentence by the name of each wrong field. It
   *     is called only if a value is already wrong, so that a client sees everything at once.
   * @throws ApiException a 400 that lists every wrong value; or a 400 for the keys, if one of them
   *     has the wrong form or they differ
   */
  static SubmitOrder read(
      ObjectNode body, List<String> keys, Function<SubmitOrder, Map<String, String>> faults) {
    RequestFields fields = RequestFields.of(body);
    String prompt = readPrompt(fields);
    Optional<String> agentType = fields.text("agentType", 1, SubmitRequest.MAX_AGENT_TYPE);
    WorkspaceSourceInput source = readSource(fields);
    RequestFields config = fields.object("config");
    SubmitOrder order =
        new SubmitOrder(
            prompt,
            agentType,
            source,
            config.duration("maxTime", SubmitRequest.MAX_TIME),
            config.duration("idleTimeout", SubmitRequest.MAX_TIME),
            config.duration("queueTtl", SubmitRequest.MAX_QUEUE_TTL),
            config.integer("maxAttempts", 1, SubmitRequest.MAX_ATTEMPTS),
            readRetryOn(config),
            readRetryMode(config),
            new AgentChoices(
                fields.integer("maxIterations", 1, SubmitRequest.MAX_ITERATIONS),
                config.text("model", MODEL_FORM, MODEL_RULE),
                config.dollars("maxCostUsd", SubmitRequest.MAX_COST_USD)),
            fields
                .integer("priority", -SubmitRequest.MAX_PRIORITY, SubmitRequest.MAX_PRIORITY)
                .orElse(0),
            readLabels(fields),
            readIdempotencyKey(fields, keys)
                .map(
                    key -> new IdempotencyKey(key, RequestJson.fingerprint(body, IDEMPOTENCY_KEY))),
            PublishBody.read(fields.object("publish")));
    if (!fields.violations().isEmpty()) {
      throw refusal(fields.violations(), faults.apply(order));
    }
    return order;
  }

  private static ApiException refusal(List<Violation> own, Map<String, String> faults) {
    List<Violation> all = new ArrayList<>(own);
    faults.forEach((field, sentence) -> {
      // A value that could not be read was judged as if it were absent.
      if (own.stream().noneMatch(it -> root(it.field()).equals(root(field)))) {
        all.add(new Violation(field, sentence));
      }
    });
    return ApiException.invalid(own.getFirst().field() + " " + own.getFirst().message(), all);
  }

  private static String root(String field) {
    int dot = field.indexOf('.');
    return dot < 0 ? field : field.substring(0, dot);
  }

  private static String readPrompt(RequestFields fields) {
    fields.require("taskPrompt");
    return fields.text("taskPrompt", 1, SubmitRequest.MAX_PROMPT).orElse("");
  }

  private static WorkspaceSourceInput readSource(RequestFields fields) {
    fields.require("workspaceSource");
    RequestFields source = fields.object("workspaceSource");
    return new WorkspaceSourceInput(
        sourceText(source, "type"),
        sourceText(source, "url"),
        sourceText(source, "owner"),
        sourceText(source, "repo"),
        sourceText(source, "branch"),
        sourceText(source, "path"),
        sourceText(source, "ref"));
  }

  private static Optional<String> sourceText(RequestFields source, String name) {
    return source.text(name, 0, SubmitRequest.MAX_SOURCE_TEXT);
  }

  private static Set<FailureReason> readRetryOn(RequestFields config) {
    Set<FailureReason> reasons = EnumSet.noneOf(FailureReason.class);
    Optional<JsonNode> value = config.value("retryOn");
    if (value.isPresent() && !value.get().isArray()) {
      config.refuse("retryOn", "must be an array of failure reasons");
      return reasons;
    }
    int index = 0;
    for (JsonNode element : value.orElse(MissingNode.getInstance())) {
      Optional<FailureReason> reason =
          element.isTextual() ? FailureReason.parse(element.textValue()) : Optional.empty();
      reason.ifPresent(reasons::add);
      if (reason.isEmpty()) {
        config.refuse("retryOn[" + index + "]", "must be a known failure reason");
      }
      index++;
    }
    return reasons;
  }

  private static Optional<RetryMode> readRetryMode(RequestFields config) {
    return config
        .text("retryMode", RETRY_MODE_FORM, "must be " + String.join(" or ", RETRY_MODES))
        .flatMap(RetryMode::parse);
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
    if (object.size() > SubmitRequest.MAX_LABELS) {
      fields.refuse("labels", "must be at most " + SubmitRequest.MAX_LABELS);
      return labels;
    }
    object
        .properties()
        .forEach(label -> {
          String key = label.getKey();
          Optional<String> fault = TextRule.fault(key, 1, SubmitRequest.MAX_LABEL_TEXT);
          if (fault.isPresent()) {
            fields.refuse("labels", "has a key that " + fault.get());
          } else if (!label.getValue().isTextual()) {
            fields.refuse("labels." + key, "must be a string");
          } else {
            String text = label.getValue().textValue();
            TextRule.fault(text, 0, SubmitRequest.MAX_LABEL_TEXT)
                .ifPresent(message -> fields.refuse("labels." + key, message));
            labels.put(key, text);
          }
        });
    return labels;
  }

  /** The key from the headers or the body. */
  private static Optional<String> readIdempotencyKey(RequestFields fields, List<String> headers) {
    Optional<JsonNode> value = fields.value(IDEMPOTENCY_KEY);
    Optional<String> inBody =
        value.filter(JsonNode::isTextual).map(JsonNode::textValue).filter(SubmitBody::isKey);
    if (value.isPresent() && inBody.isEmpty()) {
      fields.refuse(IDEMPOTENCY_KEY, KEY_RULE);
    }
    for (String header : headers) {
      if (!isKey(header)) {
        throw ApiException.invalid("Idempotency-Key " + KEY_RULE);
      }
      if (!header.equals(inBody.orElse(header)) || !header.equals(headers.getFirst())) {
        throw ApiException.invalid("The request has two different idempotency keys");
      }
    }
    return headers.stream().findFirst().or(() -> inBody);
  }

  private static boolean isKey(String text) {
    return KEY_FORM.matcher(text).matches();
  }
}
