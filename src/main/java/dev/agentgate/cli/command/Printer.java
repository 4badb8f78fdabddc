package dev.agentgate.cli.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.agentgate.cli.console.Console;
import dev.agentgate.cli.remote.Json;
import java.io.PrintStream;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** Writes data in the form that the user chose. */
final class Printer {
  private final Console console;
  private final Output output;

  Printer(Console console, Output output) {
    this.console = console;
    this.output = output;
  }

  /** Writes one thing. */
  void one(JsonNode thing, String id, Consumer<PrintStream> text) {
    switch (output) {
      case text -> text.accept(console.out());
      case json -> pretty(thing);
      case ndjson -> console.out().println(thing);
      case id -> console.out().println(id);
    }
    console.out().flush();
  }

  /**
   * Writes a list.
   *
   * @param whole the document for {@code json}
   */
  void many(
      JsonNode whole,
      List<JsonNode> items,
      Function<JsonNode, String> id,
      Consumer<PrintStream> text) {
    switch (output) {
      case text -> text.accept(console.out());
      case json -> pretty(whole);
      case ndjson -> items.forEach(console.out()::println);
      case id -> items.forEach(item -> console.out().println(id.apply(item)));
    }
    console.out().flush();
  }

  /** Writes what several calls brought: a single thing as itself, several as a list. */
  void each(List<JsonNode> things, Function<JsonNode, String> id, Consumer<PrintStream> text) {
    JsonNode whole = things.size() == 1 ? things.getFirst() : list(things);
    many(whole, things, id, text);
  }

  static ObjectNode list(List<JsonNode> items) {
    ObjectNode list = Json.MAPPER.createObjectNode();
    ArrayNode array = list.putArray("items");
    items.forEach(array::add);
    return list;
  }

  private void pretty(JsonNode thing) {
    try {
      console.out().println(Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(thing));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
