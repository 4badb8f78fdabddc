package dev.agentgate.cli.doctor;

import dev.agentgate.cli.console.Console;
import dev.agentgate.cli.console.Style;
import dev.agentgate.cli.doctor.Finding.Level;
import dev.agentgate.cli.remote.Server;
import java.io.PrintStream;
import java.util.List;
import java.util.stream.Stream;

/** Checks this machine and the server. */
public final class Doctor {
  private Doctor() {}

  public static List<Finding> findings(Console console, Server server) {
    Programs programs = new Programs(console);
    return Stream.of(
            new MachineChecks(console, programs).findings(),
            new AgentChecks(console, programs).findings(),
            new ServerChecks(console, server).findings())
        .flatMap(List::stream)
        .toList();
  }

  /** Prints a line for each finding, and below it what to do. */
  public static void print(List<Finding> findings, PrintStream out, Style style) {
    int width = findings.stream().mapToInt(it -> it.subject().length()).max().orElse(0);
    for (Finding finding : findings) {
      String padding = " ".repeat(width - finding.subject().length() + 2);
      out.println(
          mark(finding.level(), style) + " " + finding.subject() + padding + finding.found());
      if (!finding.advice().isEmpty()) {
        out.println(" ".repeat(width + 4) + style.dim(finding.advice()));
      }
    }
  }

  private static String mark(Level level, Style style) {
    return switch (level) {
      case OK -> style.green("✓");
      case WARNING -> style.yellow("!");
      case PROBLEM -> style.red("✗");
    };
  }
}
