package dev.agentgate.store.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import dev.agentgate.workorder.AgentPause;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Converts the pause of an agent to and from a JSON object. */
public final class AgentPauseCodec {
  private static final JsonFactory JSON = new JsonFactory();

  private AgentPauseCodec() {}

  public static byte[] encode(AgentPause pause) {
    try (ByteArrayBuilder out = new ByteArrayBuilder(256)) {
      try (JsonGenerator to = JSON.createGenerator(out)) {
        write(to, pause);
      }
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static AgentPause decode(byte[] json) throws UnreadableRecordException {
    try (JsonParser from = JSON.createParser(json)) {
      from.nextToken();
      return read(from);
    } catch (IOException e) {
      throw JsonFields.malformed(e);
    }
  }

  public static void write(JsonGenerator to, AgentPause pause) throws IOException {
    to.writeStartObject();
    to.writeStringField("reason", pause.reason().wireName());
    to.writeStringField("message", pause.message());
    to.writeStringField("since", pause.since().toString());
    if (pause.until().isPresent()) {
      to.writeStringField("until", pause.until().get().toString());
    }
    to.writeNumberField("times", pause.times());
    to.writeStringField("credential", pause.credential());
    to.writeEndObject();
  }

  /** Reads the object that the parser is at. */
  public static AgentPause read(JsonParser from) throws IOException, UnreadableRecordException {
    JsonFields.expect(from, JsonToken.START_OBJECT, "pause");
    AgentPause.Reason reason = null;
    String message = null;
    Instant since = null;
    @Nullable Instant until = null;
    int times = 1;
    String credential = "";
    for (String field = from.nextFieldName(); field != null; field = from.nextFieldName()) {
      from.nextToken();
      switch (field) {
        case "reason" ->
            reason =
                AgentPause.Reason.parse(JsonFields.text(from, field))
                    .orElseThrow(() -> new UnreadableRecordException("reason is unknown"));
        case "message" -> message = JsonFields.text(from, field);
        case "since" -> since = JsonFields.time(from, field);
        case "until" -> until = JsonFields.time(from, field);
        case "times" -> times = JsonFields.integer(from, field, 1, Integer.MAX_VALUE);
        case "credential" -> credential = JsonFields.text(from, field);
        default -> from.skipChildren();
      }
    }
    return new AgentPause(
        JsonFields.required(reason, "reason"),
        JsonFields.required(message, "message"),
        JsonFields.required(since, "since"),
        Optional.ofNullable(until),
        times,
        credential);
  }
}
