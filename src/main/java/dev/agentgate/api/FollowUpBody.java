package dev.agentgate.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.agentgate.wire.SubmitRequest;
import java.io.InputStream;
import java.util.Optional;

/** Reads the optional body of a request for a run. */
final class FollowUpBody {
  private FollowUpBody() {}

  /**
   * Reads the prompt of a follow-up.
   *
   * @return empty if there is no body, or none with a prompt
   */
  static Optional<String> prompt(InputStream body, int maxBytes) {
    return RequestJson.readOptionalObject(body, maxBytes).flatMap(FollowUpBody::prompt);
  }

  private static Optional<String> prompt(ObjectNode body) {
    RequestFields fields = RequestFields.of(body);
    Optional<String> prompt = fields.text("taskPrompt", 1, SubmitRequest.MAX_PROMPT);
    fields.throwIfRefused();
    return prompt;
  }
}
