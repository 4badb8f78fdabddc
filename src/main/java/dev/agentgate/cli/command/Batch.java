package dev.agentgate.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.agentgate.cli.console.CommandFailed;
import dev.agentgate.cli.console.Console;
import dev.agentgate.cli.console.ExitCode;
import dev.agentgate.cli.console.HumanText;
import dev.agentgate.cli.remote.Json;
import dev.agentgate.cli.remote.Problems;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Submits many orders. Each stands for itself: what is wrong with one does not hold up the others.
 */
final class Batch {
  /** What the server takes at once; smaller, so that the longest prompts fit into a request. */
  private static final int MOST_ORDERS = 1_000;

  private static final int MOST_BYTES = 3_000_000;
  private static final String KEY = "idempotencyKey";

  private final Session session;
  private final String keyPrefix;
  private final List<ObjectNode> orders = new ArrayList<>();
  private final List<JsonNode> results = new ArrayList<>();
  private ExitCode worst = ExitCode.OK;
  private int accepted;

  /**
   * Creates an empty batch.
   *
   * @param keyPrefix the idempotency key of an order that has none is this and its number
   */
  Batch(Session session, String keyPrefix) {
    this.session = session;
    this.keyPrefix = keyPrefix;
  }

  /** Adds an order after it was completed; says which one it is if that fails. */
  void add(ObjectNode order, Consumer<ObjectNode> complete) {
    int number = orders.size() + 1;
    try {
      complete.accept(order);
    } catch (CommandFailed e) {
      throw new CommandFailed(e.code(), "Order " + number + ": " + e.sentence());
    }
    if (!order.has(KEY)) {
      order.put(KEY, keyPrefix + "-" + number);
    }
    orders.add(order);
  }

  /** Submits all. The exit code is that of the first order that was refused. */
  ExitCode submit() {
    Console console = session.console();
    ArrayNode part = Json.MAPPER.createArrayNode();
    int bytes = 0;
    try {
      for (ObjectNode order : orders) {
        int length = order.toString().getBytes(StandardCharsets.UTF_8).length;
        if (part.size() == MOST_ORDERS || (bytes + length > MOST_BYTES && bytes > 0)) {
          send(part);
          part = Json.MAPPER.createArrayNode();
          bytes = 0;
          if (console.terminals().err()) {
            console.say(results.size() + " of " + HumanText.counted(orders.size(), "order"));
          }
        }
        part.add(order);
        bytes += length;
      }
      send(part);
    } finally {
      print();
    }
    console.say("Submitted " + accepted + " of " + HumanText.counted(orders.size(), "order") + ".");
    return worst;
  }

  private void send(ArrayNode part) {
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.set("items", part);
    JsonNode answer = session.server().postAgain("/work-orders/batch", body, Map.of()).json();
    for (JsonNode result : answer.path("items")) {
      results.add(result);
      JsonNode problem = result.path("problem");
      if (problem.isObject()) {
        CommandFailed failure = Problems.failure(problem);
        session.console().say("Order " + results.size() + ": " + failure.sentence());
        worst = worst == ExitCode.OK ? failure.code() : worst;
      } else {
        accepted++;
      }
    }
  }

  private void print() {
    List<JsonNode> ids =
        results.stream().filter(result -> result.path("workOrder").isObject()).toList();
    if (!ids.isEmpty()) {
      session.lastOrder().remember(session.server().target().url(), id(ids.getLast()));
    }
    session
        .printer()
        .many(
            Printer.list(results),
            session.output() == Output.ndjson ? results : ids,
            Batch::id,
            out -> ids.forEach(result -> out.println(id(result))));
  }

  private static String id(JsonNode result) {
    return result.path("workOrder").path("id").asText();
  }
}
