package dev.agentgate.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.agentgate.cli.command.PublishOptions.Publication;
import dev.agentgate.cli.console.ExitCode;
import dev.agentgate.cli.console.HumanText;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Publishes a finished run. */
@Command(
    name = "publish",
    description = "Make a branch or a pull request of what a finished run changed, now or again.",
    footer = {
      "",
      "Examples:",
      "  agentgate publish @last",
      "  agentgate publish @last --as branch --branch fix/login"
    })
final class PublishCommand extends ClientCommand {
  @Parameters(
      paramLabel = "ORDER",
      description = "An order's id, the beginning of one, or @last; or a run's id.")
  private String order = "";

  @Option(names = "--as", paramLabel = "AS", description = "branch or pull-request (the default).")
  private String as = "pull-request";

  @Option(
      names = "--branch",
      paramLabel = "NAME",
      description = "The branch. Default: agentgate/ORDER.")
  private @Nullable String branch;

  @Option(names = "--base", paramLabel = "NAME", description = "The branch to merge into.")
  private @Nullable String base;

  @Option(
      names = "--title",
      paramLabel = "TEXT",
      description = "Default: the first line of the prompt.")
  private @Nullable String title;

  @Option(names = "--body", paramLabel = "TEXT", description = "The description.")
  private @Nullable String body;

  @Option(names = "--draft", description = "Make a draft.")
  private boolean draft;

  @Option(
      names = {"-l", "--label"},
      paramLabel = "LABEL",
      split = ",",
      description = "A label of the pull request; may repeat.")
  private List<String> labels = new ArrayList<>();

  PublishCommand(Session session) {
    super(session);
  }

  @Override
  ExitCode run() {
    String run = new RunIds(session()).find(order);
    JsonNode request = new Publication(as, branch, base, title, body, draft, labels).json();
    JsonNode publication = session().server().post("/runs/" + run + "/publish", request).json();
    session()
        .printer()
        .one(publication, run, out -> out.println(run + " " + sentence(publication)));
    return ExitCode.OK;
  }

  private static String sentence(JsonNode publication) {
    String status = HumanText.oneLine(publication.path("status").asText()).replace('_', ' ');
    String url = HumanText.oneLine(publication.path("pullRequest").path("url").asText());
    String branch = HumanText.oneLine(publication.path("branch").asText());
    return status + (url.isEmpty() ? (branch.isEmpty() ? "" : " " + branch) : " " + url);
  }
}
