package dev.agentgate.cli.command;

import dev.agentgate.cli.console.ExitCode;
import dev.agentgate.cli.console.Version;
import java.io.PrintStream;
import picocli.CommandLine.Command;

/** Tells the version. */
@Command(
    name = "version",
    description = "Show the version of this executable.",
    footer = {"", "Examples:", "  agentgate version", "  agentgate version -o json"})
final class VersionCommand extends ClientCommand {
  VersionCommand(Session session) {
    super(session);
  }

  /** Writes its JSON by hand: a library would take longer to load than the rest takes. */
  @Override
  ExitCode run() {
    PrintStream out = session().console().out();
    switch (session().output()) {
      case text -> out.println("agentgate " + Version.text() + " (" + Version.runtime() + ")");
      case id -> out.println(Version.text());
      case json, ndjson ->
          out.println(
              "{\"version\":\""
                  + Version.text()
                  + "\",\"runtime\":\""
                  + Version.runtime()
                  + "\",\"native\":"
                  + Version.isNative()
                  + "}");
    }
    return ExitCode.OK;
  }
}
