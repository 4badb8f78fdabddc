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
import java.util.List;

/** The instances of the service, one a line. */
public final class InstanceTable {
  private InstanceTable() {}

  public static void print(
      List<JsonNode> instances, Instant now, PrintStream out, Style style, int width) {
    Table table =
        new Table(
            Column.shrinking("INSTANCE"),
            Column.of("STATE"),
            Column.of("RUNNING"),
            Column.of("STARTED"),
            Column.of("SEEN"),
            Column.of("VERSION"));
    for (JsonNode instance : instances) {
      table.add(
          Cell.of(HumanText.oneLine(instance.path("id").asText())),
          state(instance, style),
          Cell.of(instance.path("running").asInt() + "/" + instance.path("slots").asInt()),
          Cell.of(age(instance, "startedAt", now)),
          Cell.of(age(instance, "lastSeen", now)),
          Cell.of(HumanText.oneLine(instance.path("version").asText())));
    }
    table.print(out, style, width);
  }

  private static Cell state(JsonNode instance, Style style) {
    if (!instance.path("alive").asBoolean()) {
      return new Cell("gone", style::red);
    }
    return instance.path("draining").asBoolean()
        ? new Cell("draining", style::yellow)
        : new Cell("ready", style::green);
  }

  private static String age(JsonNode instance, String field, Instant now) {
    return Order.time(instance, field)
        .map(at -> HumanText.age(Duration.between(at, now)))
        .orElse("");
  }
}
