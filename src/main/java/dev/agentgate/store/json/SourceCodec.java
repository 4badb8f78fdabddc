package dev.agentgate.store.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.agentgate.workorder.WorkspaceSource;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Converts where the workspace of an order comes from, to and from JSON. */
final class SourceCodec {
  private static final Pattern NAME = Pattern.compile("(?!-|\\.{1,2}$)[^/\\s\\p{Cntrl}]+");
  private static final Pattern BRANCH = Pattern.compile("(?!-)(?!.*\\.\\.)[^\\s\\p{Cntrl}]+");
  // "name::address" would run the program git-remote-name: gitremote-helpers(7).
  private static final Pattern URL = Pattern.compile("(?!-)(?!\\w+::)[^\\p{Cntrl}]+");
  private static final Pattern PATH = Pattern.compile("/[^\\x00]*");

  private SourceCodec() {}

  static void write(WorkspaceSource source, JsonGenerator to) throws IOException {
    to.writeObjectFieldStart("workspaceSource");
    to.writeStringField("type", source.type());
    switch (source) {
      case WorkspaceSource.GitHub gitHub -> {
        to.writeStringField("owner", gitHub.owner());
        to.writeStringField("repo", gitHub.repo());
        if (gitHub.branch().isPresent()) {
          to.writeStringField("branch", gitHub.branch().get());
        }
        writeRef(gitHub.ref(), to);
      }
      case WorkspaceSource.Git git -> {
        to.writeStringField("url", git.url());
        if (git.branch().isPresent()) {
          to.writeStringField("branch", git.branch().get());
        }
        writeRef(git.ref(), to);
      }
      case WorkspaceSource.Local local -> to.writeStringField("path", local.path());
      case WorkspaceSource.Empty _ -> {}
    }
    to.writeEndObject();
  }

  private static void writeRef(Optional<String> ref, JsonGenerator to) throws IOException {
    if (ref.isPresent()) {
      to.writeStringField("ref", ref.get());
    }
  }

  static WorkspaceSource read(JsonParser from) throws IOException, UnreadableRecordException {
    JsonFields.expect(from, JsonToken.START_OBJECT, "workspaceSource");
    Map<String, String> parts = new TreeMap<>();
    for (String field = from.nextFieldName(); field != null; field = from.nextFieldName()) {
      from.nextToken();
      parts.put(field, JsonFields.text(from, "workspaceSource." + field));
    }
    String type = JsonFields.required(parts.get("type"), "workspaceSource.type");
    return switch (type) {
      case "github" ->
          new WorkspaceSource.GitHub(
              part(parts, "owner", NAME),
              part(parts, "repo", NAME),
              revision(parts, "branch"),
              revision(parts, "ref"));
      case "git" ->
          new WorkspaceSource.Git(
              part(parts, "url", URL), revision(parts, "branch"), revision(parts, "ref"));
      case "local" -> new WorkspaceSource.Local(part(parts, "path", PATH));
      case "empty" -> new WorkspaceSource.Empty();
      default -> throw new UnreadableRecordException("workspaceSource.type is unknown");
    };
  }

  private static String part(Map<String, String> parts, String name, Pattern form)
      throws UnreadableRecordException {
    String field = "workspaceSource." + name;
    String value = JsonFields.required(parts.get(name), field);
    if (!form.matcher(value).matches()) {
      throw new UnreadableRecordException(field + " is not allowed");
    }
    return value;
  }

  private static Optional<String> revision(Map<String, String> parts, String name)
      throws UnreadableRecordException {
    return parts.containsKey(name) ? Optional.of(part(parts, name, BRANCH)) : Optional.empty();
  }
}
