package dev.agentgate.store.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.agentgate.workorder.Publication;
import dev.agentgate.workorder.Publication.PullRequest;
import dev.agentgate.workorder.PublishRequest;
import dev.agentgate.workorder.PublishRequest.As;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Writes and reads publications as JSON objects, with the names of the API. */
final class PublishCodec {
  private @Nullable As as;
  private Optional<String> branch = Optional.empty();
  private Optional<String> base = Optional.empty();
  private Optional<String> title = Optional.empty();
  private Optional<String> body = Optional.empty();
  private boolean draft;
  private List<String> labels = List.of();
  private Publication.@Nullable Status status;
  private int attempts;
  private Optional<String> commit = Optional.empty();
  private Optional<PullRequest> pullRequest = Optional.empty();
  private Optional<String> error = Optional.empty();

  private PublishCodec() {}

  static void write(JsonGenerator to, PublishRequest request) throws IOException {
    to.writeStartObject();
    writeFields(to, request, request.branch());
    to.writeEndObject();
  }

  static void write(JsonGenerator to, Publication publication) throws IOException {
    to.writeStartObject();
    writeFields(to, publication.request(), Optional.of(publication.branch()));
    to.writeStringField("status", publication.status().wireName());
    to.writeNumberField("attempts", publication.attempts());
    text(to, "commit", publication.commit());
    if (publication.pullRequest().isPresent()) {
      PullRequest made = publication.pullRequest().get();
      to.writeObjectFieldStart("pullRequest");
      to.writeNumberField("number", made.number());
      to.writeStringField("url", made.url());
      to.writeEndObject();
    }
    text(to, "error", publication.error());
    to.writeEndObject();
  }

  private static void writeFields(JsonGenerator to, PublishRequest request, Optional<String> branch)
      throws IOException {
    to.writeStringField("as", request.as().wireName());
    text(to, "branch", branch);
    text(to, "base", request.base());
    text(to, "title", request.title());
    text(to, "body", request.body());
    to.writeBooleanField("draft", request.draft());
    to.writeArrayFieldStart("labels");
    for (String label : request.labels()) {
      to.writeString(label);
    }
    to.writeEndArray();
  }

  private static void text(JsonGenerator to, String field, Optional<String> value)
      throws IOException {
    if (value.isPresent()) {
      to.writeStringField(field, value.get());
    }
  }

  /**
   * Reads a request, which is the parser's current value.
   *
   * @param field its name, for messages
   */
  static PublishRequest readRequest(JsonParser from, String field)
      throws IOException, UnreadableRecordException {
    PublishCodec codec = new PublishCodec();
    codec.read(from, field);
    return codec.request();
  }

  /** Reads a publication, which is the parser's current value. */
  static Publication readPublication(JsonParser from, String field)
      throws IOException, UnreadableRecordException {
    PublishCodec codec = new PublishCodec();
    codec.read(from, field);
    return new Publication(
        codec.request(),
        JsonFields.required(codec.status, field + ".status"),
        codec.branch.orElseThrow(() -> JsonFields.missing(field + ".branch")),
        codec.attempts,
        codec.commit,
        codec.pullRequest,
        codec.error);
  }

  private PublishRequest request() throws UnreadableRecordException {
    return new PublishRequest(
        JsonFields.required(as, "as"), branch, base, title, body, draft, labels);
  }

  private void read(JsonParser from, String name) throws IOException, UnreadableRecordException {
    JsonFields.expect(from, JsonToken.START_OBJECT, name);
    for (String field = from.nextFieldName(); field != null; field = from.nextFieldName()) {
      from.nextToken();
      switch (field) {
        case "as" ->
            as =
                As.parse(JsonFields.text(from, field))
                    .orElseThrow(() -> new UnreadableRecordException("as is unknown"));
        case "branch" -> branch = Optional.of(JsonFields.nonEmptyText(from, field));
        case "base" -> base = Optional.of(JsonFields.nonEmptyText(from, field));
        case "title" -> title = Optional.of(JsonFields.nonEmptyText(from, field));
        case "body" -> body = Optional.of(JsonFields.text(from, field));
        case "draft" -> draft = JsonFields.bool(from, field);
        case "labels" -> labels = readLabels(from);
        case "status" ->
            status =
                Publication.Status.parse(JsonFields.text(from, field))
                    .orElseThrow(() -> new UnreadableRecordException("status is unknown"));
        case "attempts" -> attempts = JsonFields.integer(from, field, 0, Integer.MAX_VALUE);
        case "commit" -> commit = Optional.of(JsonFields.nonEmptyText(from, field));
        case "pullRequest" -> pullRequest = Optional.of(readPullRequest(from));
        case "error" -> error = Optional.of(JsonFields.text(from, field));
        default -> from.skipChildren();
      }
    }
  }

  private static List<String> readLabels(JsonParser from)
      throws IOException, UnreadableRecordException {
    JsonFields.expect(from, JsonToken.START_ARRAY, "labels");
    List<String> labels = new ArrayList<>();
    while (from.nextToken() != JsonToken.END_ARRAY) {
      labels.add(JsonFields.text(from, "labels"));
    }
    return labels;
  }

  private static PullRequest readPullRequest(JsonParser from)
      throws IOException, UnreadableRecordException {
    JsonFields.expect(from, JsonToken.START_OBJECT, "pullRequest");
    OptionalLong number = OptionalLong.empty();
    String url = null;
    for (String field = from.nextFieldName(); field != null; field = from.nextFieldName()) {
      from.nextToken();
      switch (field) {
        case "number" ->
            number = OptionalLong.of(JsonFields.number(from, field, 1, Long.MAX_VALUE));
        case "url" -> url = JsonFields.text(from, field);
        default -> from.skipChildren();
      }
    }
    return new PullRequest(
        number.orElseThrow(() -> JsonFields.missing("pullRequest.number")),
        JsonFields.required(url, "pullRequest.url"));
  }
}
