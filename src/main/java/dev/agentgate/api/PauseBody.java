package dev.agentgate.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.agentgate.api.problem.ApiException;
import java.io.InputStream;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** Reads the optional body of a request to pause an agent. */
final class PauseBody {
  private static final int MAX_BYTES = 4096;

  private PauseBody() {}

  /** Returns when the pause ends; empty if there is no body, or none with an end. */
  static Optional<Instant> until(InputStream body) {
    return RequestJson.readOptionalObject(body, MAX_BYTES).flatMap(PauseBody::until);
  }

  private static Optional<Instant> until(ObjectNode body) {
    RequestFields fields = RequestFields.of(body);
    Optional<String> until = fields.text("until", 1, MAX_BYTES);
    fields.throwIfRefused();
    return until.map(PauseBody::time);
  }

  private static Instant time(String text) {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeParseException e) {
      throw ApiException.invalid("until must be a time such as 2026-11-26T18:00:00Z");
    }
  }
}
