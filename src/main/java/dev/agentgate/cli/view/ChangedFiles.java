package dev.agentgate.cli.view;

import com.fasterxml.jackson.databind.JsonNode;
import dev.agentgate.cli.console.HumanText;
import dev.agentgate.cli.console.Style;
import dev.agentgate.cli.console.Table;
import dev.agentgate.cli.console.Table.Cell;
import dev.agentgate.cli.console.Table.Column;
import java.io.PrintStream;

/** The files that a run changed. */
public final class ChangedFiles {
  private ChangedFiles() {}

  public static void print(JsonNode changes, PrintStream out, Style style) {
    Table table =
        new Table(Column.of("STATUS"), Column.number("+"), Column.number("-"), Column.of("FILE"));
    for (JsonNode file : changes.path("files")) {
      boolean binary = file.path("binary").asBoolean();
      String old = file.path("oldPath").asText();
      String path = file.path("path").asText();
      table.add(
          Cell.of(HumanText.oneLine(file.path("status").asText()).replace('_', ' ')),
          new Cell(binary ? "binary" : file.path("insertions").asText(), style::green),
          new Cell(binary ? "" : file.path("deletions").asText(), style::red),
          Cell.of(HumanText.oneLine(old.isEmpty() ? path : old + " → " + path)));
    }
    if (!table.isEmpty()) {
      table.print(out, style, Integer.MAX_VALUE);
    }
  }
}
