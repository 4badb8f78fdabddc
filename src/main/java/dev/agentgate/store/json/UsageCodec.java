package dev.agentgate.store.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunUsage;
import dev.agentgate.workorder.Usage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Converts what runs used to and from JSON, with the names of the API. */
public final class UsageCodec {
  private static final int SCHEMA_VERSION = 1;
  private static final JsonFactory JSON = new JsonFactory();

  private UsageCodec() {}

  static void write(JsonGenerator to, Usage usage) throws IOException {
    to.writeStartObject();
    number(to, "inputTokens", usage.inputTokens());
    number(to, "cachedInputTokens", usage.cachedInputTokens());
    number(to, "outputTokens", usage.outputTokens());
    number(to, "turns", usage.turns());
    if (usage.costUsd().isPresent()) {
      to.writeNumberField("costUsd", usage.costUsd().get());
    }
    to.writeEndObject();
  }

  static void number(JsonGenerator to, String field, OptionalLong value) throws IOException {
    if (value.isPresent()) {
      to.writeNumberField(field, value.getAsLong());
    }
  }

  /** Reads the object that is the parser's current value. */
  static Usage read(JsonParser from) throws IOException, UnreadableRecordException {
    JsonFields.expect(from, JsonToken.START_OBJECT, "usage");
    OptionalLong inputTokens = OptionalLong.empty();
    OptionalLong cachedInputTokens = OptionalLong.empty();
    OptionalLong outputTokens = OptionalLong.empty();
    OptionalLong turns = OptionalLong.empty();
    Optional<BigDecimal> costUsd = Optional.empty();
    for (String field = from.nextFieldName(); field != null; field = from.nextFieldName()) {
      from.nextToken();
      switch (field) {
        case "inputTokens" -> inputTokens = JsonFields.count(from, field);
        case "cachedInputTokens" -> cachedInputTokens = JsonFields.count(from, field);
        case "outputTokens" -> outputTokens = JsonFields.count(from, field);
        case "turns" -> turns = JsonFields.count(from, field);
        case "costUsd" -> costUsd = Optional.of(cost(from));
        default -> from.skipChildren();
      }
    }
    return new Usage(inputTokens, cachedInputTokens, outputTokens, turns, costUsd);
  }

  private static BigDecimal cost(JsonParser from) throws IOException, UnreadableRecordException {
    if (!from.currentToken().isNumeric() || from.getDecimalValue().signum() < 0) {
      throw new UnreadableRecordException("costUsd is not an amount");
    }
    return from.getDecimalValue();
  }

  /** Returns a line of a ledger, with its end. */
  public static byte[] line(RunUsage used) {
    try (ByteArrayBuilder out = new ByteArrayBuilder(256)) {
      try (JsonGenerator to = JSON.createGenerator(out)) {
        to.writeStartObject();
        to.writeNumberField("schemaVersion", SCHEMA_VERSION);
        to.writeStringField("run", used.run().value());
        to.writeStringField("startedAt", used.startedAt().toString());
        to.writeStringField("agentType", used.agentType());
        if (used.model().isPresent()) {
          to.writeStringField("model", used.model().get());
        }
        if (used.repository().isPresent()) {
          to.writeStringField("repository", used.repository().get());
        }
        if (!used.labels().isEmpty()) {
          to.writeObjectFieldStart("labels");
          for (Map.Entry<String, String> label : new TreeMap<>(used.labels()).entrySet()) {
            to.writeStringField(label.getKey(), label.getValue());
          }
          to.writeEndObject();
        }
        if (!used.usage().isUnknown()) {
          to.writeFieldName("usage");
          write(to, used.usage());
        }
        to.writeEndObject();
      }
      out.write('\n');
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads a line of a ledger. */
  public static RunUsage parse(String line) throws UnreadableRecordException {
    int schemaVersion = 0;
    RunId run = null;
    Instant startedAt = null;
    String agentType = null;
    Optional<String> model = Optional.empty();
    Optional<String> repository = Optional.empty();
    Map<String, String> labels = Map.of();
    Usage usage = Usage.UNKNOWN;
    try (JsonParser from = JSON.createParser(line)) {
      from.nextToken();
      JsonFields.expect(from, JsonToken.START_OBJECT, "a line");
      for (String field = from.nextFieldName(); field != null; field = from.nextFieldName()) {
        from.nextToken();
        switch (field) {
          case "schemaVersion" ->
              schemaVersion = JsonFields.integer(from, field, 1, Integer.MAX_VALUE);
          case "run" ->
              run =
                  RunId.parse(JsonFields.text(from, field))
                      .orElseThrow(() -> new UnreadableRecordException("run is not an id"));
          case "startedAt" -> startedAt = JsonFields.time(from, field);
          case "agentType" -> agentType = JsonFields.text(from, field);
          case "model" -> model = Optional.of(JsonFields.text(from, field));
          case "repository" -> repository = Optional.of(JsonFields.text(from, field));
          case "labels" -> labels = WorkOrderReader.labels(from);
          case "usage" -> usage = read(from);
          default -> from.skipChildren();
        }
      }
      if (from.currentToken() != JsonToken.END_OBJECT) {
        throw new UnreadableRecordException("the line is cut short");
      }
    } catch (IOException e) {
      throw JsonFields.malformed(e);
    }
    if (schemaVersion != SCHEMA_VERSION) {
      throw new UnreadableRecordException("unknown schemaVersion " + schemaVersion);
    }
    return new RunUsage(
        JsonFields.required(run, "run"),
        JsonFields.required(startedAt, "startedAt"),
        JsonFields.required(agentType, "agentType"),
        model,
        repository,
        labels,
        usage);
  }
}
