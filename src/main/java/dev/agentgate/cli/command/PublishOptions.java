package dev.agentgate.cli.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.agentgate.cli.console.CommandFailed;
import dev.agentgate.cli.console.ExitCode;
import dev.agentgate.cli.remote.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What happens to the change of a completed run, in `submit`. */
final class PublishOptions {
  @Option(
      names = "--publish",
      paramLabel = "AS",
      description = "branch or pull-request: what is made of the change. Default: none.")
  private @Nullable String as;

  @Option(
      names = "--publish-branch",
      paramLabel = "NAME",
      description = "The branch. Default: agentgate/ORDER.")
  private @Nullable String branch;

  @Option(
      names = "--publish-base",
      paramLabel = "NAME",
      description = "The branch that the pull request is for.")
  private @Nullable String base;

  @Option(
      names = "--publish-title",
      paramLabel = "TEXT",
      description = "Default: the first line of the prompt.")
  private @Nullable String title;

  @Option(names = "--publish-body", paramLabel = "TEXT", description = "The description.")
  private @Nullable String body;

  @Option(names = "--publish-draft", description = "Make a draft.")
  private boolean draft;

  @Option(
      names = "--publish-label",
      paramLabel = "LABEL",
      split = ",",
      description = "A label of the pull request; may repeat.")
  private List<String> labels = new ArrayList<>();

  /** The part of an order, if anything was asked for. */
  Optional<ObjectNode> part() {
    Publication publication = new Publication(as, branch, base, title, body, draft, labels);
    if (as == null && !publication.isEmpty()) {
      throw new CommandFailed(
          ExitCode.USAGE, "Say what to publish as: --publish branch or --publish pull-request.");
    }
    return as == null ? Optional.empty() : Optional.of(publication.json());
  }

  /**
   * A request to publish.
   *
   * @param as what to make of the change
   */
  record Publication(
      @Nullable String as,
      @Nullable String branch,
      @Nullable String base,
      @Nullable String title,
      @Nullable String body,
      boolean draft,
      List<String> labels) {

    private boolean isEmpty() {
      return branch == null
          && base == null
          && title == null
          && body == null
          && !draft
          && labels.isEmpty();
    }

    ObjectNode json() {
      ObjectNode json = Json.MAPPER.createObjectNode();
      put(json, "as", as == null ? null : as.toLowerCase(Locale.ROOT).replace('-', '_'));
      put(json, "branch", branch);
      put(json, "base", base);
      put(json, "title", title);
      put(json, "body", body);
      if (draft) {
        json.put("draft", true);
      }
      if (!labels.isEmpty()) {
        labels.forEach(json.putArray("labels")::add);
      }
      return json;
    }

    private static void put(ObjectNode json, String name, @Nullable String value) {
      if (value != null) {
        json.put(name, value);
      }
    }
  }
}
