package dev.agentgate.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.agentgate.api.problem.ApiException;
import dev.agentgate.wire.SubmitRequest;
import java.io.IOException;
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
    byte[] bytes;
    try {
      bytes = body.readNBytes(maxBytes + 1);
    } catch (IOException hungUp) {
      throw ApiException.invalid("The request body ended early");
    }
    return bytes.length == 0 ? Optional.empty() : prompt(RequestJson.read(bytes, maxBytes));
  }

  private static Optional<String> prompt(ObjectNode body) {
    RequestFields fields = RequestFields.of(body);
    Optional<String> prompt = fields.text("taskPrompt", 1, SubmitRequest.MAX_PROMPT);
    if (!fields.violations().isEmpty()) {
      throw ApiException.invalid(
          "taskPrompt " + fields.violations().getFirst().message(), fields.violations());
    }
    return prompt;
  }
}
