package dev.agentgate.api;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import dev.agentgate.workorder.Rfc3339;
import io.quarkus.jackson.ObjectMapperCustomizer;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Instant;

/**
 * How answers are written: times as RFC 3339 in UTC with exactly three digits of milliseconds, so
 * that they sort as text.
 */
@Singleton
class JsonFormat implements ObjectMapperCustomizer {

  @Override
  public int priority() {
    // After the framework's own module for times, which writes as many digits as there are.
    return MINIMUM_PRIORITY;
  }

  @Override
  public void customize(ObjectMapper mapper) {
    mapper.registerModule(new SimpleModule("agentgate").addSerializer(new InstantText()));
  }

  /** Writes an instant. */
  static final class InstantText extends StdSerializer<Instant> {
    private static final long serialVersionUID = 1L;

    InstantText() {
      super(Instant.class);
    }

    @Override
    public void serialize(Instant instant, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeString(Rfc3339.text(instant));
    }
  }
}
