package dev.agentgate.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.agentgate.cli.remote.Query;
import picocli.CommandLine.Command;

/** Cancels orders. */
@Command(
    name = "cancel",
    description = "Cancel queued or running orders, and return when their processes are gone.",
    footer = {
      "",
      "Examples:",
      "  agentgate cancel @last",
      "  agentgate cancel --status queued --label team:checkout --dry-run"
    })
final class CancelCommand extends ManyOrdersCommand {
  CancelCommand(Session session) {
    super(session);
  }

  @Override
  JsonNode one(String id) {
    return session().server().patiently("POST", "/work-orders/" + id + "/cancel").json();
  }

  @Override
  Query all() {
    return new Query("/work-orders/cancel");
  }

  @Override
  String method() {
    return "POST";
  }

  @Override
  Words words() {
    return new Words("cancel", "cancelled", "cancelled", "wouldCancel");
  }
}
