package dev.agentgate.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.agentgate.cli.console.CommandFailed;
import dev.agentgate.cli.console.Console;
import dev.agentgate.cli.console.ExitCode;
import dev.agentgate.cli.remote.Json;
import dev.agentgate.cli.remote.Query;
import dev.agentgate.cli.view.Order;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what a run wrote. */
@Command(
    name = "logs",
    description = {
      "Show what an agent wrote, as text for people.",
      "With --follow, the exit code is 1 unless the order is completed. Ctrl-C detaches; the order"
          + " continues."
    },
    footer = {
      "",
      "Examples:",
      "  agentgate logs @last",
      "  agentgate logs -f wo_01K9Z4J0W3 --tail 20",
      "  agentgate logs @last --raw > run.jsonl"
    })
final class LogsCommand extends ClientCommand {
  @Parameters(
      paramLabel = "ORDER",
      description = "An order's id, the beginning of one, or @last; or a run's id.")
  private String order = "";

  @Option(
      names = {"-f", "--follow"},
      description = "Wait for more until the order ends, through all attempts.")
  private boolean follow;

  @Option(
      names = {"-n", "--tail"},
      paramLabel = "N",
      description = "Only the last N lines of what was written so far.")
  private @Nullable Integer tail;

  @Option(names = "--raw", description = "What the agent wrote, byte by byte.")
  private boolean raw;

  @Option(
      names = "--attempt",
      paramLabel = "N",
      description = "The log of this attempt. Default: the last one.")
  private @Nullable Integer attempt;

  LogsCommand(Session session) {
    super(session);
  }

  @Override
  ExitCode run() {
    boolean isRun = order.startsWith("run_");
    LogSink sink = new LogSink(session().console(), session().output(), raw);
    LogFollower follower = new LogFollower(session(), sink, format(), tail);
    if (follow && attempt == null && !isRun) {
      return follower.order(session().orderId(order));
    }
    Optional<String> run = isRun ? Optional.of(order) : runOf(session().orderId(order));
    if (run.isEmpty()) {
      session().console().say("The order has not started yet. `logs -f` waits for it.");
      return ExitCode.OK;
    }
    if (!follow) {
      print(run.get(), sink);
      return ExitCode.OK;
    }
    follower.run(run.get());
    String status =
        session().server().getAgain("/runs/" + run.get()).json().path("status").asText();
    return status.equals("completed") ? ExitCode.OK : ExitCode.ORDER_FAILED;
  }

  private String format() {
    return raw ? "raw" : "text";
  }

  private Optional<String> runOf(String id) {
    if (attempt == null) {
      return new Order(session().order(id)).runId();
    }
    JsonNode runs = session().server().get("/work-orders/" + id + "/runs").json();
    for (JsonNode run : runs.path("items")) {
      if (run.path("attempt").asInt() == attempt) {
        return Optional.of(run.path("id").asText());
      }
    }
    throw new CommandFailed(ExitCode.NOT_FOUND, id + " has no attempt " + attempt + ".");
  }

  private void print(String run, LogSink sink) {
    Console console = session().console();
    Query path = new Query("/runs/" + run + "/log").with("format", format()).with("tail", tail);
    switch (session().output()) {
      case id -> console.out().println(run);
      case json -> {
        ObjectNode log = Json.MAPPER.createObjectNode().put("runId", run);
        session().printer().one(log.put("text", session().server().get(path).text()), run, _ -> {});
      }
      case text, ndjson -> {
        sink.begin(run);
        OutputStream out = sink.stream();
        try {
          session().server().download(path, out);
          out.flush();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        sink.end();
      }
    }
  }
}
