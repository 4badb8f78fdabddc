package dev.agentgate.cli.view;

import com.fasterxml.jackson.databind.JsonNode;
import dev.agentgate.cli.console.HumanText;
import dev.agentgate.cli.console.Style;
import dev.agentgate.cli.console.Table;
import dev.agentgate.cli.console.Table.Cell;
import dev.agentgate.cli.console.Table.Column;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** What was spent, a key a line, and the sum. */
public final class UsageTable {
  private UsageTable() {}

  /**
   * Prints it.
   *
   * @param by what the keys are
   */
  public static void print(
      List<JsonNode> items, String by, PrintStream out, Style style, int width) {
    Table table =
        new Table(
            Column.shrinking(by.toUpperCase(Locale.ROOT)),
            Column.number("RUNS"),
            Column.number("TOKENS IN"),
            Column.number("TOKENS OUT"),
            Column.number("COST"));
    items.forEach(item -> table.add(row(item, HumanText.oneLine(item.path("key").asText()))));
    if (items.size() > 1) {
      table.add(
          Cell.of("total"),
          Cell.of(Long.toString(sum(items, "runs"))),
          Cell.of(HumanText.count(sum(items, "inputTokens"))),
          Cell.of(HumanText.count(sum(items, "outputTokens"))),
          Cell.of(
              HumanText.dollars(
                  items.stream().mapToDouble(item -> item.path("costUsd").asDouble()).sum())));
    }
    table.print(out, style, width);
  }

  private static Cell[] row(JsonNode item, String key) {
    return new Cell[] {
      Cell.of(key.isEmpty() ? "-" : key),
      Cell.of(item.path("runs").asText()),
      Cell.of(HumanText.count(item.path("inputTokens").asLong())),
      Cell.of(HumanText.count(item.path("outputTokens").asLong())),
      // What a run cost is not known of every agent.
      Cell.of(
          item.path("costUsd").isNumber()
              ? HumanText.dollars(item.path("costUsd").asDouble())
              : "unknown")
    };
  }

  private static long sum(List<JsonNode> items, String name) {
    return items.stream().mapToLong(item -> item.path(name).asLong()).sum();
  }
}
