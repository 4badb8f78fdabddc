package dev.agentgate.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.agentgate.cli.remote.Query;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Removes orders. */
@Command(
    name = "purge",
    description = {
      "Remove orders with their runs, logs and workspaces, for good.",
      "One that runs is cancelled first."
    },
    footer = {
      "",
      "Examples:",
      "  agentgate purge wo_01K9Z4J0W3",
      "  agentgate purge --status completed,failed --older-than 30d"
    })
final class PurgeCommand extends ManyOrdersCommand {
  @Option(
      names = "--older-than",
      paramLabel = "TIME",
      description = "With --status: keep orders that ended within this time.")
  private @Nullable String olderThan;

  PurgeCommand(Session session) {
    super(session);
  }

  @Override
  JsonNode one(String id) {
    return session()
        .server()
        .patiently("DELETE", new Query("/work-orders/" + id).with("purge", true))
        .json();
  }

  @Override
  Query all() {
    return new Query("/work-orders").with("purge", true).with("olderThan", olderThan);
  }

  @Override
  String method() {
    return "DELETE";
  }

  @Override
  Words words() {
    return new Words("purge", "purged", "purged", "wouldPurge");
  }
}
