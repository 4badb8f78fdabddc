package dev.agentgate.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.Module;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import dev.agentgate.workorder.Rfc3339;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;

/** The JSON format of the records in this package. */
public final class WireJson {
  private WireJson() {}

  /**
   * The format that servers and clients share. Times are RFC 3339 in UTC with exactly three digits
   * of milliseconds, so that they sort as text.
   */
  public static Module module() {
    return new SimpleModule("agentgate")
        .addSerializer(new InstantWriter())
        .addDeserializer(Instant.class, new InstantReader());
  }

  /** A mapper for a client. It ignores fields that a newer server adds to an answer. */
  public static JsonMapper clientMapper() {
    return JsonMapper.builder()
        .addModule(module())
        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .build();
  }

  private static final class InstantWriter extends StdSerializer<Instant> {
    private static final long serialVersionUID = 1L;

    InstantWriter() {
      super(Instant.class);
    }

    @Override
    public void serialize(Instant instant, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeString(Rfc3339.text(instant));
    }
  }

  private static final class InstantReader extends StdDeserializer<Instant> {
    private static final long serialVersionUID = 1L;

    InstantReader() {
      super(Instant.class);
    }

    @Override
    public Instant deserialize(JsonParser in, DeserializationContext context) throws IOException {
      String text = in.getText();
      try {
        return Instant.parse(text);
      } catch (DateTimeException notATime) {
        return (Instant)
            context.handleWeirdStringValue(Instant.class, text, "not an RFC 3339 time");
      }
    }
  }
}
