package dev.agentgate.cli.view;

import com.fasterxml.jackson.databind.JsonNode;
import dev.agentgate.cli.console.HumanText;
import dev.agentgate.cli.console.Style;
import dev.agentgate.cli.console.Table;
import dev.agentgate.cli.console.Table.Cell;
import dev.agentgate.cli.console.Table.Column;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The agents, one a line. */
public final class AgentTable {
  private AgentTable() {}

  public static void print(
      List<JsonNode> agents, Instant now, PrintStream out, Style style, int width) {
    Table table =
        new Table(
            Column.of("AGENT"),
            Column.of("STATE"),
            Column.of("CAN"),
            Column.of("TODAY"),
            Column.shrinking("WHY"));
    for (JsonNode agent : agents) {
      String state = state(agent);
      table.add(
          Cell.of(HumanText.oneLine(agent.path("type").asText())),
          new Cell(state, text -> coloured(text, style)),
          Cell.of(abilities(agent)),
          Cell.of(Order.usage(agent.path("usageToday")).orElse("")),
          Cell.of(why(agent, now)));
    }
    table.print(out, style, width);
  }

  private static String state(JsonNode agent) {
    if (!agent.path("enabled").asBoolean(true)) {
      return "disabled";
    }
    if (!agent.path("available").asBoolean(true)) {
      return "missing";
    }
    return agent.path("paused").isObject() ? "paused" : "ready";
  }

  private static String coloured(String state, Style style) {
    return switch (state) {
      case "ready" -> style.green(state);
      case "missing" -> style.red(state);
      case "paused" -> style.yellow(state);
      default -> style.dim(state);
    };
  }

  private static String abilities(JsonNode agent) {
    List<String> abilities = new ArrayList<>();
    if (agent.path("takesModel").asBoolean()) {
      abilities.add("model");
    }
    if (agent.path("resumes").asBoolean()) {
      abilities.add("resume");
    }
    if (agent.path("reportsCost").asBoolean()) {
      abilities.add("cost");
    }
    return String.join(", ", abilities);
  }

  private static String why(JsonNode agent, Instant now) {
    JsonNode paused = agent.path("paused");
    if (!paused.isObject()) {
      return HumanText.oneLine(agent.path("unavailableReason").asText());
    }
    String message = HumanText.oneLine(paused.path("message").asText());
    String until =
        Order.time(paused, "until")
            .map(at -> ", for " + HumanText.age(Duration.between(now, at)) + " more")
            .orElse("");
    return HumanText.oneLine(paused.path("reason").asText())
        + until
        + (message.isEmpty() ? "" : ": " + message);
  }
}
