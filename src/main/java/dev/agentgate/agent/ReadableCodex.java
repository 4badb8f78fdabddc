package dev.agentgate.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Renders the output of {@code codex}; see {@link CodexEvents}. */
final class ReadableCodex implements ReadableEvents {
  /** codex runs every command in a shell. The shell around a simply quoted command is left out. */
  private static final Pattern SHELL = Pattern.compile("(?s)(?:/usr)?/bin/\\w*sh -lc '([^']*)'");

  @Override
  public void render(JsonNode event, ReadableText text) {
    JsonNode item = event.path("item");
    switch (event.path("type").asText()) {
      case "thread.started" -> text.note("codex, session " + event.path("thread_id").asText("?"));
      case "item.started" -> started(item, text);
      case "item.completed" -> completed(item, text);
      case "turn.completed" -> {
        JsonNode usage = event.path("usage");
        text.note(
            ReadableEvents.with(
                "completed",
                ": ",
                ReadableText.totals(
                    Optional.empty(),
                    usage.path("input_tokens"),
                    usage.path("cached_input_tokens"),
                    usage.path("output_tokens"),
                    MissingNode.getInstance())));
      }
      case "turn.failed" -> text.note("failed: " + event.path("error").path("message").asText());
      case "error" -> text.note("error: " + event.path("message").asText());
      default -> {}
    }
  }

  private static void started(JsonNode item, ReadableText text) {
    switch (item.path("type").asText()) {
      case "command_execution" -> {
        String command = item.path("command").asText();
        Matcher shell = SHELL.matcher(command);
        text.command(shell.matches() ? shell.group(1) : command);
      }
      case "mcp_tool_call" ->
          text.tool(
              item.path("server").asText() + "." + item.path("tool").asText(),
              item.path("arguments"));
      default -> {}
    }
  }

  private static void completed(JsonNode item, ReadableText text) {
    switch (item.path("type").asText()) {
      case "agent_message" -> text.said(item.path("text").asText());
      case "reasoning" -> text.thought(item.path("text").asText());
      case "command_execution" -> {
        text.output(item.path("aggregated_output").asText());
        if (item.path("exit_code").asInt() != 0) {
          text.output("exit code " + item.path("exit_code").asText());
        }
      }
      case "file_change" ->
          item.path("changes")
              .forEach(change ->
                  text.said(
                      "> " + change.path("kind").asText() + " " + change.path("path").asText()));
      case "mcp_tool_call" -> {
        item.path("result")
            .path("content")
            .forEach(part -> text.output(part.path("text").asText()));
        text.output(item.path("error").path("message").asText());
      }
      case "web_search" -> text.said("> web_search " + item.path("query").asText());
      case "todo_list" ->
          item.path("items")
              .forEach(todo ->
                  text.output(
                      (todo.path("completed").asBoolean() ? "[x] " : "[ ] ")
                          + todo.path("text").asText()));
      case "error" -> text.note("error: " + item.path("message").asText());
      default -> {}
    }
  }
}
