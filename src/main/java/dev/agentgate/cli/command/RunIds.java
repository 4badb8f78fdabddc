package dev.agentgate.cli.command;

import dev.agentgate.cli.console.CommandFailed;
import dev.agentgate.cli.console.ExitCode;
import dev.agentgate.cli.view.Order;

/** Finds the run that a user means: by its own id, or as the last one of an order. */
final class RunIds {
  private static final String PREFIX = "run_";

  private final Session session;

  RunIds(Session session) {
    this.session = session;
  }

  String find(String text) {
    if (text.matches(PREFIX + "\\w+")) {
      return text;
    }
    Order order = new Order(session.order(session.orderId(text)));
    return order
        .runId()
        .orElseThrow(
            () -> new CommandFailed(ExitCode.CONFLICT, order.id() + " has not started yet."));
  }
}
