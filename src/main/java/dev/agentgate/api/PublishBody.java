package dev.agentgate.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.agentgate.api.problem.ApiException;
import dev.agentgate.wire.Publish;
import dev.agentgate.workorder.PublishRequest;
import dev.agentgate.workorder.PublishRequest.As;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads how changes are to be published ({@link Publish}). */
final class PublishBody {
  private static final String NONE = "none";
  private static final String LABELS = "labels";

  private PublishBody() {}

  /**
   * Reads a whole body.
   *
   * @return empty if it has no {@code as}
   * @throws ApiException a 400 that lists every wrong value
   */
  static Optional<PublishRequest> read(ObjectNode body) {
    RequestFields fields = RequestFields.of(body);
    Optional<PublishRequest> request = read(fields);
    if (fields.text("as", 0, Publish.MAX_TITLE).filter(NONE::equals).isPresent()) {
      fields.refuse("as", "must be branch or pull_request");
    }
    fields.throwIfRefused();
    return request;
  }

  /** Reads an object, and notes what is wrong with it; empty if nothing is to be published. */
  static Optional<PublishRequest> read(RequestFields fields) {
    Optional<String> as = fields.text("as", 1, Publish.MAX_TITLE);
    Optional<As> kind = as.flatMap(As::parse);
    if (as.isPresent() && kind.isEmpty() && !as.get().equals(NONE)) {
      fields.refuse("as", "must be none, branch or pull_request");
    }
    Optional<String> title = fields.text("title", 1, Publish.MAX_TITLE);
    if (title.isPresent()
        && (title.get().isBlank() || title.get().chars().anyMatch(Character::isISOControl))) {
      fields.refuse("title", "must be one line");
    }
    Optional<String> branch = fields.text("branch", 1, Publish.MAX_BRANCH);
    Optional<String> base = fields.text("base", 1, Publish.MAX_BRANCH);
    Optional<String> body = fields.text("body", 0, Publish.MAX_BODY);
    boolean draft = readDraft(fields);
    List<String> labels = readLabels(fields);
    return kind.map(it -> new PublishRequest(it, branch, base, title, body, draft, labels));
  }

  private static boolean readDraft(RequestFields fields) {
    Optional<JsonNode> value = fields.value("draft");
    if (value.isPresent() && !value.get().isBoolean()) {
      fields.refuse("draft", "must be true or false");
    }
    return value.filter(JsonNode::booleanValue).isPresent();
  }

  private static List<String> readLabels(RequestFields fields) {
    Set<String> labels = new LinkedHashSet<>();
    Optional<JsonNode> value = fields.value(LABELS);
    if (value.isPresent() && !value.get().isArray()) {
      fields.refuse(LABELS, "must be an array of strings");
      return List.of();
    }
    JsonNode elements = value.orElse(MissingNode.getInstance());
    if (elements.size() > Publish.MAX_LABELS) {
      fields.refuse(LABELS, "must be at most " + Publish.MAX_LABELS);
      return List.of();
    }
    for (int i = 0; i < elements.size(); i++) {
      JsonNode element = elements.get(i);
      Optional<String> fault =
          element.isTextual()
              ? TextRule.fault(element.textValue(), 1, Publish.MAX_LABEL)
              : Optional.of("must be a string");
      if (fault.isPresent()) {
        fields.refuse(LABELS + "[" + i + "]", fault.get());
      } else {
        labels.add(element.textValue());
      }
    }
    return List.copyOf(labels);
  }
}
