package dev.agentgate.cli.command;

import dev.agentgate.cli.console.Console;
import dev.agentgate.cli.console.ExitCode;
import dev.agentgate.cli.console.HumanText;
import dev.agentgate.cli.view.Order;
import java.time.Duration;

/** How an order ended: what a command that waited for it says, and its exit code. */
final class Outcome {
  private Outcome() {}

  static ExitCode of(Order order) {
    return order.isCompleted() ? ExitCode.OK : ExitCode.ORDER_FAILED;
  }

  /** Says how it ended, in one sentence. */
  static ExitCode tell(Order order, Console console) {
    StringBuilder sentence = new StringBuilder(order.id()).append(' ');
    sentence.append(console.messageStyle().status(order.status()));
    order
        .endedAt()
        .flatMap(end -> order.time("startedAt").map(start -> Duration.between(start, end)))
        .ifPresent(took -> sentence.append(" after ").append(HumanText.duration(took)));
    String error = HumanText.firstLine(order.json().path("error").asText());
    if (!error.isEmpty()) {
      sentence.append(": ").append(error);
    }
    order.changes().ifPresent(changes -> sentence.append(" (").append(changes).append(')'));
    console.say(sentence.toString());
    return of(order);
  }
}
