package dev.agentgate.api;

import dev.agentgate.api.problem.ApiException;
import java.io.IOException;
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
    byte[] bytes;
    try {
      bytes = body.readNBytes(MAX_BYTES + 1);
    } catch (IOException hungUp) {
      throw ApiException.invalid("The request body ended early");
    }
    if (bytes.length == 0) {
      return Optional.empty();
    }
    RequestFields fields = RequestFields.of(RequestJson.read(bytes, MAX_BYTES));
    Optional<String> until = fields.text("until", 1, MAX_BYTES);
    if (!fields.violations().isEmpty()) {
      throw ApiException.invalid(
          "until " + fields.violations().getFirst().message(), fields.violations());
    }
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
