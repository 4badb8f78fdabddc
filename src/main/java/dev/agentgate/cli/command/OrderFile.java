package dev.agentgate.cli.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.agentgate.cli.console.CommandFailed;
import dev.agentgate.cli.console.Console;
import dev.agentgate.cli.console.ExitCode;
import dev.agentgate.cli.remote.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a file of orders. NDJSON has one a line; JSON and YAML have a list, one order, or several
 * documents.
 */
final class OrderFile {
  private final Console console;

  OrderFile(Console console) {
    this.console = console;
  }

  List<ObjectNode> read(String file) {
    String text = text(file);
    // A JSON value begins with one of these; so can YAML, of which JSON is a part.
    boolean json = text.stripLeading().startsWith("{") || text.stripLeading().startsWith("[");
    List<ObjectNode> orders = new ArrayList<>();
    try (MappingIterator<JsonNode> documents =
        (json ? Json.MAPPER : yaml()).readerFor(JsonNode.class).readValues(text)) {
      while (documents.hasNextValue()) {
        add(documents.nextValue(), orders, file);
      }
    } catch (JsonProcessingException e) {
      throw new CommandFailed(
          ExitCode.USAGE,
          file
              + " is not valid "
              + (json ? "JSON" : "YAML")
              + ", in line "
              + e.getLocation().getLineNr()
              + ".",
          e.getOriginalMessage());
    } catch (IOException e) {
      throw unreadable(file);
    }
    if (orders.isEmpty()) {
      throw new CommandFailed(ExitCode.USAGE, file + " has no orders.");
    }
    return orders;
  }

  private static ObjectMapper yaml() {
    return new YAMLMapper();
  }

  private static void add(JsonNode document, List<ObjectNode> orders, String file) {
    if (document instanceof ObjectNode order && !order.has("items")) {
      orders.add(order);
      return;
    }
    for (JsonNode item : document.isArray() ? document : document.path("items")) {
      if (!(item instanceof ObjectNode order)) {
        throw new CommandFailed(
            ExitCode.USAGE, "Order " + (orders.size() + 1) + " in " + file + " is not an object.");
      }
      orders.add(order);
    }
  }

  private String text(String file) {
    try {
      return file.equals("-")
          ? new String(console.in().readAllBytes(), StandardCharsets.UTF_8)
          : Files.readString(Path.of(file));
    } catch (IOException e) {
      throw unreadable(file);
    }
  }

  private static CommandFailed unreadable(String file) {
    return new CommandFailed(ExitCode.USAGE, file + " cannot be read as text in UTF-8.");
  }
}
