package dev.agentgate.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.agentgate.cli.console.Console;
import dev.agentgate.cli.console.ExitCode;
import dev.agentgate.cli.doctor.Doctor;
import dev.agentgate.cli.doctor.Finding;
import dev.agentgate.cli.doctor.Finding.Level;
import dev.agentgate.cli.remote.Json;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;

/** Checks the machine and the server. */
@Command(
    name = "doctor",
    description = {
      "Check this machine, its agents and the server, and tell what to do.",
      "The exit code is 1 if there is a problem. Credentials are looked for, but not read."
    },
    footer = {"", "Examples:", "  agentgate doctor", "  agentgate doctor -o json"})
final class DoctorCommand extends ClientCommand {
  DoctorCommand(Session session) {
    super(session);
  }

  @Override
  ExitCode run() {
    Console console = session().console();
    List<Finding> findings = Doctor.findings(console, session().server());
    List<JsonNode> items = findings.stream().map(DoctorCommand::json).toList();
    session()
        .printer()
        .many(
            Printer.list(items),
            items,
            item -> item.path("subject").asText(),
            out -> Doctor.print(findings, out, console.style()));
    return findings.stream().anyMatch(it -> it.level() == Level.PROBLEM)
        ? ExitCode.ORDER_FAILED
        : ExitCode.OK;
  }

  private static JsonNode json(Finding finding) {
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("level", finding.level().name().toLowerCase(Locale.ROOT))
        .put("subject", finding.subject())
        .put("found", finding.found());
    if (!finding.advice().isEmpty()) {
      json.put("advice", finding.advice());
    }
    return json;
  }
}
