package dev.agentgate.store.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.agentgate.workorder.ChangeSummary;
import dev.agentgate.workorder.LogSummary;
import dev.agentgate.workorder.Publication;
import dev.agentgate.workorder.RunResults;
import dev.agentgate.workorder.Usage;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads the results of a run as fields of its JSON, with the names of the API. Reads one
 * field at a time and skips fields that are not results.
 */
final class RunResultsCodec {
  private @Nullable String baseCommit;
  private @Nullable String headCommit;
  private @Nullable String sessionId;
  private @Nullable String model;
  private @Nullable String result;
  private Usage usage = Usage.UNKNOWN;
  private @Nullable ChangeSummary changes;
  private @Nullable Publication publication;
  private long logBytes;
  private @Nullable Instant lastActivityAt;

  static void write(JsonGenerator to, RunResults results) throws IOException {
    text(to, "baseCommit", results.baseCommit());
    text(to, "headCommit", results.headCommit());
    text(to, "sessionId", results.sessionId());
    text(to, "model", results.model());
    text(to, "result", results.result());
    if (!results.usage().isUnknown()) {
      to.writeFieldName("usage");
      UsageCodec.write(to, results.usage());
    }
    if (results.changes().isPresent()) {
      ChangeSummary changes = results.changes().get();
      to.writeObjectFieldStart("changes");
      to.writeNumberField("files", changes.files());
      to.writeNumberField("insertions", changes.insertions());
      to.writeNumberField("deletions", changes.deletions());
      UsageCodec.number(to, "patchBytes", changes.patchBytes());
      to.writeEndObject();
    }
    if (results.publication().isPresent()) {
      to.writeFieldName("publication");
      PublishCodec.write(to, results.publication().get());
    }
    if (results.log().isPresent()) {
      to.writeNumberField("logBytes", results.log().get().bytes());
      to.writeStringField("lastActivityAt", results.log().get().lastActivityAt().toString());
    }
  }

  private static void text(JsonGenerator to, String field, Optional<String> value)
      throws IOException {
    if (value.isPresent()) {
      to.writeStringField(field, value.get());
    }
  }

  /** Reads the value of a field; it is the parser's current token. */
  void read(JsonParser from, String field) throws IOException, UnreadableRecordException {
    switch (field) {
      case "baseCommit" -> baseCommit = JsonFields.text(from, field);
      case "headCommit" -> headCommit = JsonFields.text(from, field);
      case "sessionId" -> sessionId = JsonFields.text(from, field);
      case "model" -> model = JsonFields.text(from, field);
      case "result" -> result = JsonFields.text(from, field);
      case "usage" -> usage = UsageCodec.read(from);
      case "changes" -> changes = changes(from);
      case "publication" -> publication = PublishCodec.readPublication(from, field);
      case "logBytes" -> logBytes = JsonFields.number(from, field, 0, Long.MAX_VALUE);
      case "lastActivityAt" -> lastActivityAt = JsonFields.time(from, field);
      default -> from.skipChildren();
    }
  }

  RunResults results() {
    return new RunResults(
        Optional.ofNullable(baseCommit),
        Optional.ofNullable(headCommit),
        Optional.ofNullable(sessionId),
        Optional.ofNullable(model),
        Optional.ofNullable(result),
        usage,
        Optional.ofNullable(changes),
        Optional.ofNullable(publication),
        Optional.ofNullable(lastActivityAt).map(at -> new LogSummary(logBytes, at)));
  }

  private static ChangeSummary changes(JsonParser from)
      throws IOException, UnreadableRecordException {
    JsonFields.expect(from, JsonToken.START_OBJECT, "changes");
    long files = 0;
    long insertions = 0;
    long deletions = 0;
    OptionalLong patchBytes = OptionalLong.empty();
    for (String field = from.nextFieldName(); field != null; field = from.nextFieldName()) {
      from.nextToken();
      switch (field) {
        case "files" -> files = JsonFields.number(from, field, 0, Long.MAX_VALUE);
        case "insertions" -> insertions = JsonFields.number(from, field, 0, Long.MAX_VALUE);
        case "deletions" -> deletions = JsonFields.number(from, field, 0, Long.MAX_VALUE);
        case "patchBytes" -> patchBytes = JsonFields.count(from, field);
        default -> from.skipChildren();
      }
    }
    return new ChangeSummary(files, insertions, deletions, patchBytes);
  }
}
