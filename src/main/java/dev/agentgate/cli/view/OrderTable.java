package dev.agentgate.cli.view;

import dev.agentgate.cli.console.HumanText;
import dev.agentgate.cli.console.Style;
import dev.agentgate.cli.console.Table;
import dev.agentgate.cli.console.Table.Cell;
import dev.agentgate.cli.console.Table.Column;
import dev.agentgate.cli.remote.OrderIds;
import java.io.PrintStream;
import java.time.Instant;
import java.util.List;

/** A list of orders, one a line. */
public final class OrderTable {
  private OrderTable() {}

  /**
   * Prints the orders.
   *
   * @param width of the terminal, for which ids are cut short; {@link Integer#MAX_VALUE} if there
   *     is none
   */
  public static void print(
      List<Order> orders, Instant now, PrintStream out, Style style, int width) {
    Table table =
        new Table(
            Column.of("ID"),
            Column.of("STATUS"),
            Column.of("AGENT"),
            Column.shrinking("REPOSITORY"),
            Column.number("AGE"),
            Column.shrinking("REASON"),
            Column.shrinking("PROMPT"));
    int idLength =
        width == Integer.MAX_VALUE
            ? Integer.MAX_VALUE
            : OrderIds.shortLength(orders.stream().map(Order::id).toList());
    for (Order order : orders) {
      String id = order.id();
      table.add(
          Cell.of(id.length() > idLength ? id.substring(0, idLength) : id),
          new Cell(order.status(), style::status),
          Cell.of(order.text("agentType")),
          Cell.of(order.workspace()),
          Cell.of(HumanText.age(order.age(now))),
          Cell.of(order.reason(now)),
          new Cell(HumanText.firstLine(order.json().path("taskPrompt").asText()), style::dim));
    }
    table.print(out, style, width);
  }
}
