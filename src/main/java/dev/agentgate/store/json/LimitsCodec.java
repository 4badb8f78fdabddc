package dev.agentgate.store.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.RetryMode;
import dev.agentgate.workorder.RunLimits;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** Converts the limits of an order's runs to and from JSON. */
final class LimitsCodec {
  private LimitsCodec() {}

  static void write(RunLimits limits, JsonGenerator to) throws IOException {
    to.writeObjectFieldStart("config");
    writeDuration("maxTime", limits.maxTime(), to);
    if (limits.idleTimeout().isPresent()) {
      writeDuration("idleTimeout", limits.idleTimeout().get(), to);
    }
    if (limits.queueTtl().isPresent()) {
      writeDuration("queueTtl", limits.queueTtl().get(), to);
    }
    to.writeNumberField("maxAttempts", limits.maxAttempts());
    if (!limits.retryOn().isEmpty()) {
      to.writeArrayFieldStart("retryOn");
      for (FailureReason reason : FailureReason.values()) {
        if (limits.retryOn().contains(reason)) {
          to.writeString(reason.wireName());
        }
      }
      to.writeEndArray();
    }
    if (limits.retryMode().isPresent()) {
      to.writeStringField("retryMode", limits.retryMode().get().wireName());
    }
    to.writeEndObject();
  }

  private static void writeDuration(String field, Duration duration, JsonGenerator to)
      throws IOException {
    if (duration.equals(Duration.ofMillis(duration.toMillis()))) {
      to.writeNumberField(field, duration.toMillis());
    } else {
      to.writeStringField(field, duration.toString());
    }
  }

  static RunLimits read(JsonParser from) throws IOException, UnreadableRecordException {
    JsonFields.expect(from, JsonToken.START_OBJECT, "config");
    Duration maxTime = null;
    Duration idleTimeout = null;
    Duration queueTtl = null;
    int maxAttempts = 0;
    Set<FailureReason> retryOn = EnumSet.noneOf(FailureReason.class);
    RetryMode retryMode = null;
    for (String field = from.nextFieldName(); field != null; field = from.nextFieldName()) {
      from.nextToken();
      switch (field) {
        case "maxTime" -> maxTime = JsonFields.duration(from, "config.maxTime");
        case "idleTimeout" -> idleTimeout = JsonFields.duration(from, "config.idleTimeout");
        case "queueTtl" -> queueTtl = JsonFields.duration(from, "config.queueTtl");
        case "maxAttempts" -> maxAttempts = JsonFields.integer(from, "config.maxAttempts", 1, 10);
        case "retryMode" -> {
          String mode = JsonFields.text(from, "config.retryMode");
          retryMode =
              RetryMode.parse(mode)
                  .orElseThrow(() -> new UnreadableRecordException("config.retryMode is unknown"));
        }
        case "retryOn" -> {
          JsonFields.expect(from, JsonToken.START_ARRAY, "config.retryOn");
          while (from.nextToken() != JsonToken.END_ARRAY) {
            retryOn.add(WorkOrderReader.reason(from, "config.retryOn"));
          }
        }
        default -> from.skipChildren();
      }
    }
    if (maxAttempts == 0) {
      throw JsonFields.missing("config.maxAttempts");
    }
    return new RunLimits(
        JsonFields.required(maxTime, "config.maxTime"),
        Optional.ofNullable(idleTimeout),
        Optional.ofNullable(queueTtl),
        maxAttempts,
        retryOn,
        Optional.ofNullable(retryMode));
  }
}
