package dev.agentgate.cli.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.agentgate.cli.console.Console;
import dev.agentgate.cli.console.ExitCode;
import dev.agentgate.cli.console.HumanText;
import dev.agentgate.cli.console.Style;
import dev.agentgate.cli.remote.EventStream;
import dev.agentgate.cli.remote.EventStream.Event;
import dev.agentgate.cli.remote.Json;
import dev.agentgate.cli.remote.Query;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Follows the changes of orders. */
@Command(
    name = "events",
    description = {
      "Show every change of an order's status as it happens, until Ctrl-C.",
      "With -o json or ndjson, each event is one line."
    },
    footer = {
      "",
      "Examples:",
      "  agentgate events",
      "  agentgate events @last -o ndjson | jq .status"
    })
final class EventsCommand extends ClientCommand {
  private static final Duration LOOK_UP = Duration.ofMinutes(1);

  @Parameters(paramLabel = "ORDER", arity = "0..1", description = "Only this order.")
  private @Nullable String order;

  @Option(
      names = "--since",
      paramLabel = "EVENT",
      description = "Begin after this event, whose id -o json shows.")
  private @Nullable String since;

  EventsCommand(Session session) {
    super(session);
  }

  @Override
  ExitCode run() {
    Console console = session().console();
    String id = order == null ? null : session().orderId(order);
    try (EventStream events =
        session().server().follow(new Query("/events").with("workOrderId", id))) {
      if (since != null) {
        events.resumeAfter(since);
      }
      while (!console.out().checkError()) {
        events.connect();
        Optional<Event> event = events.next(LOOK_UP);
        event.ifPresent(this::print);
      }
    }
    return ExitCode.OK;
  }

  private void print(Event event) {
    Console console = session().console();
    if (event.name().equals("reset")) {
      console.say("Some events may be missing here.");
      return;
    }
    JsonNode data = parse(event);
    switch (session().output()) {
      case text -> console.out().println(line(data, console.style()));
      case id -> console.out().println(data.path("workOrderId").asText());
      case json, ndjson ->
          console
              .out()
              .println(
                  Json.MAPPER
                      .createObjectNode()
                      .put("id", event.id())
                      .set("event", data)
                      .toString());
    }
  }

  private static JsonNode parse(Event event) {
    try {
      return Json.MAPPER.readTree(event.data());
    } catch (JsonProcessingException e) {
      return Json.MAPPER.createObjectNode();
    }
  }

  private static String line(JsonNode data, Style style) {
    String status = HumanText.oneLine(data.path("status").asText());
    String previous = HumanText.oneLine(data.path("previousStatus").asText());
    String reason = HumanText.oneLine(data.path("failureReason").asText());
    return style.dim(time(data))
        + "  "
        + HumanText.oneLine(data.path("workOrderId").asText())
        + "  "
        + (previous.isEmpty() ? "" : previous + " → ")
        + style.status(status)
        + (reason.isEmpty() ? "" : "  " + reason);
  }

  private static String time(JsonNode data) {
    try {
      return HumanText.clock(Instant.parse(data.path("at").asText()));
    } catch (DateTimeException notATime) {
      return "--:--:--";
    }
  }
}
