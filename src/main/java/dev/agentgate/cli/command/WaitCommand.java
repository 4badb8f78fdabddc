package dev.agentgate.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.agentgate.cli.console.Console;
import dev.agentgate.cli.console.ExitCode;
import dev.agentgate.cli.view.Order;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Waits for orders to end. */
@Command(
    name = "wait",
    description = {
      "Wait until orders are completed, failed or cancelled.",
      "The exit code is 1 unless all of them are completed."
    },
    footer = {
      "",
      "Examples:",
      "  agentgate wait @last && agentgate patch @last | git apply",
      "  agentgate wait wo_01K9Z4J0W3 --timeout 10m"
    })
final class WaitCommand extends ClientCommand {
  @Parameters(
      paramLabel = "ORDER",
      arity = "1..*",
      description = "An id, the beginning of one, or @last.")
  private List<String> orders = new ArrayList<>();

  @Option(
      names = {"-t", "--timeout"},
      paramLabel = "TIME",
      description = "Wait no longer than this; the exit code is 124 then. Default: no limit.")
  private Duration timeout = OrderWatch.FOREVER;

  WaitCommand(Session session) {
    super(session);
  }

  @Override
  ExitCode run() {
    long deadline = System.nanoTime() + timeout.toNanos();
    List<String> ids = orders.stream().map(session()::orderId).toList();
    List<JsonNode> ended = new ArrayList<>();
    ExitCode worst = ExitCode.OK;
    for (String id : ids) {
      Optional<Order> order =
          awaitEnd(session(), id, Duration.ofNanos(deadline - System.nanoTime()));
      if (order.isEmpty()) {
        worst = ExitCode.TIMED_OUT;
        break;
      }
      ended.add(order.get().json());
      if (Outcome.of(order.get()) != ExitCode.OK) {
        worst = ExitCode.ORDER_FAILED;
      }
    }
    // On a terminal it was said already, with more words.
    Console console = session().console();
    boolean told = console.terminals().out() && console.terminals().err();
    session()
        .printer()
        .each(
            ended,
            order -> new Order(order).id(),
            out -> {
              if (!told) {
                ended.forEach(it -> out.println(new Order(it).id() + " " + new Order(it).status()));
              }
            });
    return worst;
  }

  /** Waits for one order, and says what happens; empty if it took too long. */
  static Optional<Order> awaitEnd(Session session, String id, Duration atMost) {
    Console console = session.console();
    Changes changes = new Changes(session);
    try (Detachment _ = new Detachment(console, id)) {
      Optional<Order> order =
          new OrderWatch(session.server()).await(id, Order::isTerminal, atMost, changes::tell);
      order.ifPresentOrElse(
          it -> Outcome.tell(it, console),
          () -> console.say(id + " has not ended in time; it continues."));
      return order;
    }
  }

  /** Says each new state on a terminal. */
  static final class Changes {
    private final Session session;
    private String told = "";

    Changes(Session session) {
      this.session = session;
    }

    void tell(Order order) {
      String reason = order.reason(session.clock().instant());
      String state = order.status() + (reason.isEmpty() ? "" : ", " + reason);
      if (session.console().terminals().err() && !state.equals(told)) {
        session.console().say(order.id() + " " + state);
      }
      told = state;
    }
  }
}
