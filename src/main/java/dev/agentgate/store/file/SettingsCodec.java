package dev.agentgate.store.file;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.agentgate.store.json.JsonFields;
import dev.agentgate.store.json.UnreadableRecordException;
import java.io.IOException;

/** Converts the queue's switch to and from JSON. */
final class SettingsCodec {
  private static final int SCHEMA_VERSION = 1;
  private static final JsonFactory JSON = new JsonFactory();

  private SettingsCodec() {}

  static byte[] encode(boolean paused) {
    return """
    {
      "schemaVersion": %d,
      "paused": %b
    }
    """
        .formatted(SCHEMA_VERSION, paused)
        .getBytes(UTF_8);
  }

  /** Returns whether the queue is paused. */
  static boolean decode(byte[] json, int length) throws UnreadableRecordException {
    int schemaVersion = 0;
    Boolean paused = null;
    try (JsonParser from = JSON.createParser(json, 0, length)) {
      JsonFields.begin(from);
      for (String field = from.nextFieldName(); field != null; field = from.nextFieldName()) {
        from.nextToken();
        switch (field) {
          case "schemaVersion" ->
              schemaVersion = JsonFields.integer(from, field, 1, Integer.MAX_VALUE);
          case "paused" -> paused = JsonFields.bool(from, field);
          default -> from.skipChildren();
        }
      }
    } catch (IOException e) {
      throw JsonFields.malformed(e);
    }
    if (schemaVersion != SCHEMA_VERSION) {
      throw new UnreadableRecordException("unknown schemaVersion " + schemaVersion);
    }
    return JsonFields.required(paused, "paused");
  }
}
