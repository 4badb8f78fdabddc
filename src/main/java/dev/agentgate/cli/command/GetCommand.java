package dev.agentgate.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.agentgate.cli.console.Console;
import dev.agentgate.cli.console.ExitCode;
import dev.agentgate.cli.remote.Query;
import dev.agentgate.cli.view.Order;
import dev.agentgate.cli.view.OrderDetails;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows orders. */
@Command(
    name = "get",
    description = "Show an order: its state and why, its runs, cost, change and publication.",
    footer = {"", "Examples:", "  agentgate get @last", "  agentgate get wo_01K9Z4J0W3 -o json"})
final class GetCommand extends ClientCommand {
  @Parameters(
      paramLabel = "ORDER",
      arity = "1..*",
      description = "An id, the beginning of one, or @last.")
  private List<String> orders = new ArrayList<>();

  GetCommand(Session session) {
    super(session);
  }

  @Override
  ExitCode run() {
    List<JsonNode> found = orders.stream().map(session()::orderId).map(session()::order).toList();
    session().printer().each(found, order -> new Order(order).id(), out -> print(found, out));
    return ExitCode.OK;
  }

  private void print(List<JsonNode> found, PrintStream out) {
    Console console = session().console();
    for (int i = 0; i < found.size(); i++) {
      Order order = new Order(found.get(i));
      JsonNode runs =
          order.runId().isEmpty()
              ? MissingNode.getInstance()
              : session()
                  .server()
                  .get(new Query("/work-orders/" + order.id() + "/runs"))
                  .json()
                  .path("items");
      if (i > 0) {
        out.println();
      }
      new OrderDetails(order, session().clock().instant(), console.style()).print(runs, out);
    }
  }
}
