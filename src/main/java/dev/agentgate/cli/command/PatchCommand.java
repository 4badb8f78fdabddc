package dev.agentgate.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.agentgate.cli.console.CommandFailed;
import dev.agentgate.cli.console.Console;
import dev.agentgate.cli.console.ExitCode;
import dev.agentgate.cli.console.HumanText;
import dev.agentgate.cli.console.SafeOutput;
import dev.agentgate.cli.view.ChangedFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Brings what an agent changed. */
@Command(
    name = "patch",
    description = "Print what the agent changed as a patch, or apply it here.",
    footer = {
      "",
      "Examples:",
      "  agentgate patch @last | git apply",
      "  agentgate patch @last --apply",
      "  agentgate patch @last --stat"
    })
final class PatchCommand extends ClientCommand {
  @Parameters(
      paramLabel = "ORDER",
      description = "An order's id, the beginning of one, or @last; or a run's id.")
  private String order = "";

  @Option(names = "--apply", description = "Apply it to the git checkout here.")
  private boolean apply;

  @Option(
      names = {"-C", "--directory"},
      paramLabel = "DIRECTORY",
      description = "With --apply: the checkout.")
  private @Nullable Path directory;

  @Option(names = "--3way", description = "With --apply: merge where the patch does not fit.")
  private boolean threeWay;

  @Option(names = "--stat", description = "Only list the files, with how much changed in each.")
  private boolean stat;

  PatchCommand(Session session) {
    super(session);
  }

  @Override
  ExitCode run() {
    if (stat && apply) {
      throw new CommandFailed(ExitCode.USAGE, "Either --stat or --apply.");
    }
    String run = new RunIds(session()).find(order);
    Console console = session().console();
    if (stat || session().output() != Output.text) {
      JsonNode changes = session().server().get("/runs/" + run + "/changes").json();
      session()
          .printer()
          .one(changes, run, out -> ChangedFiles.print(changes, out, console.style()));
      if (changes.path("truncated").asBoolean()) {
        console.say("There are more files than are listed.");
      }
      return ExitCode.OK;
    }
    String path = "/runs/" + run + "/patch";
    if (apply) {
      return apply(path);
    }
    copy(path, console.terminals().out() ? new SafeOutput(console.out()) : console.out());
    console.out().flush();
    return ExitCode.OK;
  }

  private void copy(String path, OutputStream sink) {
    try {
      session().server().download(path, sink);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ExitCode apply(String path) {
    Path at = directory == null ? Path.of("") : directory;
    GitApply git = new GitApply(at, threeWay);
    GitApply.Result result = git.run(sink -> copy(path, sink));
    if (!result.said().isBlank()) {
      session().console().say(HumanText.lines(result.said()));
    }
    if (result.code() != 0) {
      throw new CommandFailed(
          ExitCode.CONFLICT, "The patch does not fit here. --3way merges what it can.");
    }
    session().console().say("Applied.");
    return ExitCode.OK;
  }
}
