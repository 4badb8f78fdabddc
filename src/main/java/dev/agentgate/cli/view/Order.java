package dev.agentgate.cli.view;

import com.fasterxml.jackson.databind.JsonNode;
import dev.agentgate.cli.console.HumanText;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A work order as the server sent it, read the way people ask about it. */
public record Order(JsonNode json) {
  private static final Set<String> TERMINAL = Set.of("completed", "failed", "cancelled");

  public String id() {
    return text("id");
  }

  public String status() {
    return text("status");
  }

  public boolean isTerminal() {
    return TERMINAL.contains(status());
  }

  public boolean isCompleted() {
    return status().equals("completed");
  }

  /** The run under way, or the last one. */
  public Optional<String> runId() {
    return Optional.ofNullable(json.path("currentRunId").textValue());
  }

  /** A value as text on one line; empty if it is absent. */
  public String text(String name) {
    return HumanText.oneLine(json.path(name).asText());
  }

  /** Where the work happens: {@code owner/repo}, an address, a directory, or {@code empty}. */
  public String workspace() {
    JsonNode source = json.path("workspaceSource");
    String owner = source.path("owner").asText();
    String name =
        switch (source.path("type").asText()) {
          case "local" -> source.path("path").asText();
          case "empty" -> "empty";
          default ->
              owner.isEmpty()
                  ? source.path("url").asText()
                  : owner + "/" + source.path("repo").asText();
        };
    return HumanText.oneLine(name);
  }

  /** The branch, tag or commit that the order names; empty if it names none. */
  public String revision() {
    JsonNode source = json.path("workspaceSource");
    return HumanText.oneLine(source.path("ref").asText(source.path("branch").asText()));
  }

  public Duration age(Instant now) {
    return time("createdAt").map(created -> Duration.between(created, now)).orElse(Duration.ZERO);
  }

  public Optional<Instant> time(String name) {
    return time(json, name);
  }

  static Optional<Instant> time(JsonNode json, String name) {
    try {
      return Optional.ofNullable(json.path(name).textValue()).map(Instant::parse);
    } catch (DateTimeException notATime) {
      return Optional.empty();
    }
  }

  /** When it became terminal. */
  public Optional<Instant> endedAt() {
    return time("completedAt").or(() -> time("failedAt")).or(() -> time("cancelledAt"));
  }

  /** Why it is in its state, in a few words; empty where the status says it all. */
  public String reason(Instant now) {
    return switch (status()) {
      case "queued" ->
          time("notBefore")
              .filter(now::isBefore)
              .map(at -> "retry in " + HumanText.age(Duration.between(now, at)))
              .orElse(
                  json.path("queuePosition").isNumber()
                      ? "position " + json.path("queuePosition").asLong() + blocks()
                      : "");
      case "failed" -> text("failureReason");
      case "running" -> {
        long attempt = json.path("attempt").asLong();
        yield attempt > 1 ? "attempt " + attempt : "";
      }
      default -> changes().orElse("");
    };
  }

  private String blocks() {
    List<String> blocks = new ArrayList<>();
    json.path("blockedBy").forEach(block -> blocks.add(HumanText.oneLine(block.asText())));
    return blocks.isEmpty() ? "" : ", blocked by " + String.join(", ", blocks);
  }

  /** The size of its change, such as {@code 2 files, +14 -3}. */
  public Optional<String> changes() {
    return changes(json.path("changes"));
  }

  static Optional<String> changes(JsonNode changes) {
    if (!changes.isObject()) {
      return Optional.empty();
    }
    long files = changes.path("files").asLong();
    if (files == 0) {
      return Optional.of("no change");
    }
    return Optional.of(
        HumanText.counted(files, "file")
            + ", +"
            + changes.path("insertions").asLong()
            + " -"
            + changes.path("deletions").asLong()
            + (changes.path("patchTooLarge").asBoolean() ? ", too large to keep" : ""));
  }

  /** What it cost so far, such as {@code $0.06, 6.5k tokens in, 42 out}. */
  static Optional<String> usage(JsonNode usage) {
    List<String> parts = new ArrayList<>();
    if (usage.path("costUsd").isNumber()) {
      parts.add(HumanText.dollars(usage.path("costUsd").asDouble()));
    }
    if (usage.path("inputTokens").isNumber() || usage.path("outputTokens").isNumber()) {
      parts.add(HumanText.count(usage.path("inputTokens").asLong()) + " tokens in");
      parts.add(HumanText.count(usage.path("outputTokens").asLong()) + " out");
    }
    return parts.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", parts));
  }
}
