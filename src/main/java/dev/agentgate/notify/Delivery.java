package dev.agentgate.notify;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A message for one target.
 *
 * @param id the same for every attempt, so that a target can recognise a repeated message
 * @param body the JSON that is posted, byte for byte
 */
record Delivery(String id, String body) {
  private static final JsonFactory JSON = new JsonFactory();

  static Delivery of(String body) {
    return new Delivery(UUID.randomUUID().toString(), body);
  }

  String toJson() throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = JSON.createGenerator(text)) {
      out.writeStartObject();
      out.writeStringField("id", id);
      out.writeStringField("body", body);
      out.writeEndObject();
    }
    return text.toString();
  }

  /** Reads what {@link #toJson} wrote; null if it is anything else. */
  static @Nullable Delivery fromJson(String text) {
    @Nullable String id = null;
    @Nullable String body = null;
    try (JsonParser in = JSON.createParser(text)) {
      if (in.nextToken() != JsonToken.START_OBJECT) {
        return null;
      }
      while (in.nextToken() == JsonToken.FIELD_NAME) {
        String name = in.currentName();
        in.nextToken();
        switch (name) {
          case "id" -> id = in.getValueAsString();
          case "body" -> body = in.getValueAsString();
          default -> in.skipChildren();
        }
      }
    } catch (IOException e) {
      return null;
    }
    return id == null || body == null ? null : new Delivery(id, body);
  }

  /** Returns one line for the file of messages that were given up. */
  String toLine(String at, String reason) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = JSON.createGenerator(text)) {
      out.writeStartObject();
      out.writeStringField("id", id);
      out.writeStringField("givenUpAt", at);
      out.writeStringField("reason", reason);
      out.writeStringField("body", body);
      out.writeEndObject();
    }
    return text + "\n";
  }
}
