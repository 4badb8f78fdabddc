package dev.agentgate.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.agentgate.cli.console.Console;
import dev.agentgate.cli.console.ExitCode;
import dev.agentgate.cli.console.HumanText;
import dev.agentgate.cli.remote.EventStream;
import dev.agentgate.cli.remote.Query;
import dev.agentgate.cli.view.Order;
import dev.agentgate.cli.view.OrderTable;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists orders. */
@Command(
    name = "list",
    description = "List orders, newest first.",
    footer = {
      "",
      "Examples:",
      "  agentgate list",
      "  agentgate list --status failed --after 24h",
      "  agentgate list --label team:checkout --all -o id",
      "  agentgate list --status running,queued --watch"
    })
final class ListCommand extends ClientCommand {
  private static final int MOST_PER_PAGE = 100;
  private static final Duration REFRESH = Duration.ofSeconds(10);
  private static final Duration LEAST_BETWEEN = Duration.ofMillis(500);
  private static final String CLEAR = "\u001b[H\u001b[2J\u001b[3J";

  @Mixin private OrderFilter filter = new OrderFilter();

  @Option(
      names = {"-n", "--limit"},
      paramLabel = "N",
      description = "At most this many. Default: 20.")
  private int limit = 20;

  @Option(names = "--all", description = "All that match, however many.")
  private boolean all;

  @Option(
      names = {"-w", "--watch"},
      description = "Show the list again whenever something changes.")
  private boolean watch;

  ListCommand(Session session) {
    super(session);
  }

  @Override
  ExitCode run() {
    if (!watch) {
      print();
      return ExitCode.OK;
    }
    try (EventStream events = session().server().follow("/events").connect()) {
      while (!session().console().out().checkError()) {
        if (session().console().terminals().out() && session().output() == Output.text) {
          session().console().out().print(CLEAR);
        }
        print();
        events.next(REFRESH);
        long quiet = System.nanoTime() + LEAST_BETWEEN.toNanos();
        while (System.nanoTime() - quiet < 0) {
          events.next(Duration.ofNanos(Math.max(0, quiet - System.nanoTime())));
        }
      }
    }
    return ExitCode.OK;
  }

  private void print() {
    ObjectNode page = fetch();
    List<JsonNode> items = new ArrayList<>();
    page.path("items").forEach(items::add);
    session()
        .printer()
        .many(page, items, order -> new Order(order).id(), out -> print(page, items, out));
  }

  private void print(ObjectNode page, List<JsonNode> items, PrintStream out) {
    Console console = session().console();
    if (items.isEmpty()) {
      console.say(filter.isEmpty() ? "There are no orders yet." : "No order matches.");
      return;
    }
    OrderTable.print(
        items.stream().map(Order::new).toList(),
        session().clock().instant(),
        out,
        console.style(),
        session().tableWidth());
    long more = page.path("total").asLong() - items.size();
    if (more > 0 && console.terminals().out()) {
      console.say(HumanText.counted(more, "more order") + ". --limit or --all shows them.");
    }
  }

  /** One document, of as many pages as it takes. */
  private ObjectNode fetch() {
    int most = all ? Integer.MAX_VALUE : Math.max(1, limit);
    Instant now = session().clock().instant();
    ObjectNode whole = null;
    List<JsonNode> items = new ArrayList<>();
    @Nullable String cursor = null;
    do {
      Query query =
          filter
              .addTo(new Query("/work-orders"), now)
              .with("limit", Math.min(MOST_PER_PAGE, most - items.size()))
              .with("cursor", cursor);
      ObjectNode page =
          (ObjectNode)
              (watch ? session().server().getAgain(query) : session().server().get(query)).json();
      page.path("items").forEach(items::add);
      cursor = page.path("nextCursor").textValue();
      whole = page;
    } while (cursor != null && items.size() < most);
    whole.putArray("items").addAll(items);
    whole.put("limit", items.size());
    return whole;
  }
}
