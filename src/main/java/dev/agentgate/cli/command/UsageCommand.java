package dev.agentgate.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.agentgate.cli.console.Console;
import dev.agentgate.cli.console.ExitCode;
import dev.agentgate.cli.remote.Query;
import dev.agentgate.cli.view.UsageTable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows what was spent. */
@Command(
    name = "usage",
    description = "Show runs, tokens and cost, by agent, model, repository, label or day.",
    footer = {
      "",
      "Examples:",
      "  agentgate usage",
      "  agentgate usage --by day --from 7d",
      "  agentgate usage --by label:team --from 2026-01-01 --to 2026-02-01"
    })
final class UsageCommand extends ClientCommand {
  @Option(
      names = "--by",
      paramLabel = "WHAT",
      description = "agent (the default), model, repository, label:KEY or day.")
  private String by = "agent";

  @Option(
      names = "--from",
      paramLabel = "TIME",
      description = "A time, a date, or how long ago, such as 7d.")
  private @Nullable String from;

  @Option(names = "--to", paramLabel = "TIME", description = "In the same forms.")
  private @Nullable String to;

  UsageCommand(Session session) {
    super(session);
  }

  @Override
  ExitCode run() {
    Instant now = session().clock().instant();
    JsonNode answer =
        session()
            .server()
            .get(
                new Query("/usage")
                    .with("from", OrderFilter.time("--from", from, now))
                    .with("to", OrderFilter.time("--to", to, now))
                    .with("by", by))
            .json();
    List<JsonNode> items = new ArrayList<>();
    answer.path("items").forEach(items::add);
    Console console = session().console();
    session()
        .printer()
        .many(
            answer,
            items,
            item -> item.path("key").asText(),
            out -> UsageTable.print(items, by, out, console.style(), session().tableWidth()));
    return ExitCode.OK;
  }
}
