package dev.agentgate.cli.view;

import com.fasterxml.jackson.databind.JsonNode;
import dev.agentgate.cli.console.HumanText;
import dev.agentgate.cli.console.Style;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The state of the queue for people. */
public final class QueueText {
  private QueueText() {}

  public static void print(JsonNode health, PrintStream out, Style style) {
    new Fields()
        .add(
            "Running",
            health.path("runningCount").asLong() + " of " + health.path("maxConcurrent").asLong())
        .add("Queued", health.path("queuedCount").asText())
        .add(
            "Ended",
            health.path("completedCount").asLong()
                + " completed, "
                + health.path("failedCount").asLong()
                + " failed, "
                + health.path("cancelledCount").asLong()
                + " cancelled")
        .add("Oldest run", oldest(health))
        .add("Paused", health.path("paused").asBoolean() ? style.yellow("yes") : "")
        .add("Blocked by", String.join(", ", texts(health.path("blockedBy"))))
        .print(out, style);
    List<String> alerts = texts(health.path("alerts"));
    if (!alerts.isEmpty()) {
      out.println();
      alerts.forEach(alert -> out.println(style.red("!") + " " + alert));
    }
  }

  private static String oldest(JsonNode health) {
    JsonNode age = health.path("oldestRunningAge");
    return age.isNumber()
        ? HumanText.oneLine(health.path("oldestRunningId").asText())
            + ", for "
            + HumanText.duration(Duration.ofMillis(age.asLong()))
        : "";
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(item -> texts.add(HumanText.oneLine(item.asText())));
    return texts;
  }
}
