package dev.agentgate.cli.view;

import com.fasterxml.jackson.databind.JsonNode;
import dev.agentgate.cli.console.HumanText;
import dev.agentgate.cli.console.Style;
import dev.agentgate.cli.console.Table;
import dev.agentgate.cli.console.Table.Cell;
import dev.agentgate.cli.console.Table.Column;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Shows one order: its state and why, its runs, its cost and its change. */
public final class OrderDetails {
  private final Order order;
  private final Instant now;
  private final Style style;

  public OrderDetails(Order order, Instant now, Style style) {
    this.order = order;
    this.now = now;
    this.style = style;
  }

  /** Prints it with its runs, newest first. */
  public void print(JsonNode runs, PrintStream out) {
    out.println(style.bold(order.id()) + "  " + style.status(order.status()));
    fields().print(out, style);
    printRuns(runs, out);
    String result = HumanText.lines(order.json().path("result").asText());
    if (!result.isEmpty()) {
      out.println();
      out.println(style.dim("Result"));
      out.println(result.indent(2).stripTrailing());
    }
  }

  private Fields fields() {
    JsonNode json = order.json();
    return new Fields()
        .add("Why", why())
        .add("Prompt", HumanText.lines(json.path("taskPrompt").asText()))
        .add("Agent", agent())
        .add("Workspace", workspace())
        .add("Labels", labels())
        .add("Priority", json.path("priority").asInt() == 0 ? "" : order.text("priority"))
        .add("Attempt", attempt())
        .add("Created", order.time("createdAt").map(this::ago))
        .add("Started", order.time("startedAt").map(this::ago))
        .add("Ended", ended())
        .add("Deadline", deadline())
        .add("Cost", Order.usage(json.path("usage")))
        .add("Change", order.changes())
        .add("Publication", publication(json.path("publication")));
  }

  private String why() {
    String reason = order.text("failureReason");
    String error = HumanText.lines(order.json().path("error").asText());
    if (reason.isEmpty()) {
      return order.status().equals("queued") ? order.reason(now) : error;
    }
    return error.isEmpty() ? reason : reason + ": " + error;
  }

  private String agent() {
    String model = HumanText.oneLine(order.json().path("config").path("model").asText());
    return order.text("agentType") + (model.isEmpty() ? "" : ", model " + model);
  }

  private String workspace() {
    String revision = order.revision();
    return order.workspace() + (revision.isEmpty() ? "" : " at " + revision);
  }

  private String labels() {
    List<String> labels = new ArrayList<>();
    order
        .json()
        .path("labels")
        .properties()
        .forEach(label ->
            labels.add(HumanText.oneLine(label.getKey() + ":" + label.getValue().asText())));
    return String.join(", ", labels);
  }

  private String attempt() {
    long attempt = order.json().path("attempt").asLong();
    long most = order.json().path("config").path("maxAttempts").asLong();
    return attempt > 1 || most > 1 ? attempt + " of " + Math.max(attempt, most) : "";
  }

  private String ago(Instant time) {
    return HumanText.time(time) + " (" + HumanText.age(Duration.between(time, now)) + " ago)";
  }

  private Optional<String> ended() {
    return order
        .endedAt()
        .map(end ->
            ago(end)
                + order
                    .time("startedAt")
                    .map(start -> ", after " + HumanText.duration(Duration.between(start, end)))
                    .orElse(""));
  }

  private Optional<String> deadline() {
    return order.isTerminal()
        ? Optional.empty()
        : order
            .time("timeoutAt")
            .map(at ->
                HumanText.time(at) + " (in " + HumanText.duration(Duration.between(now, at)) + ")");
  }

  private String publication(JsonNode publication) {
    if (!publication.isObject()) {
      return "";
    }
    String status = HumanText.oneLine(publication.path("status").asText());
    String url = HumanText.oneLine(publication.path("pullRequest").path("url").asText());
    String branch = HumanText.oneLine(publication.path("branch").asText());
    String error = HumanText.oneLine(publication.path("error").asText());
    return style.status(status, status.replace('_', ' '))
        + (url.isEmpty() ? (branch.isEmpty() ? "" : " on branch " + branch) : " " + url)
        + (error.isEmpty() ? "" : ": " + error);
  }

  private void printRuns(JsonNode runs, PrintStream out) {
    if (runs.isEmpty()) {
      return;
    }
    List<Column> columns =
        new ArrayList<>(
            List.of(
                Column.of("RUN"),
                Column.number("ATTEMPT"),
                Column.of("STATUS"),
                Column.number("TOOK"),
                Column.number("EXIT"),
                Column.number("LOG"),
                Column.of("REASON"),
                Column.of("CHANGE")));
    boolean named = isAnyNamed(runs);
    if (named) {
      columns.add(Column.of("INSTANCE"));
    }
    Table table = new Table(columns.toArray(new Column[0]));
    for (JsonNode run : runs) {
      String status = HumanText.oneLine(run.path("status").asText());
      List<Cell> cells =
          new ArrayList<>(
              List.of(
                  Cell.of(HumanText.oneLine(run.path("id").asText())),
                  Cell.of(run.path("attempt").asText()),
                  new Cell(status, style::status),
                  Cell.of(took(run)),
                  Cell.of(run.path("exitCode").asText()),
                  Cell.of(HumanText.bytes(run.path("logBytes").asLong())),
                  Cell.of(HumanText.oneLine(run.path("failureReason").asText())),
                  Cell.of(Order.changes(run.path("changes")).orElse(""))));
      if (named) {
        cells.add(Cell.of(HumanText.oneLine(run.path("instance").asText())));
      }
      table.add(cells.toArray(new Cell[0]));
    }
    out.println();
    table.print(out, style, Integer.MAX_VALUE);
  }

  /** Whether runs name their instances, as they do with a database. */
  private static boolean isAnyNamed(JsonNode runs) {
    for (JsonNode run : runs) {
      if (!run.path("instance").asText().isEmpty()) {
        return true;
      }
    }
    return false;
  }

  private String took(JsonNode run) {
    Instant end = Order.time(run, "endedAt").orElse(now);
    return Order.time(run, "startedAt")
        .map(start -> HumanText.duration(Duration.between(start, end)))
        .orElse("");
  }
}
