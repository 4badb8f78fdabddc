package dev.agentgate.cli.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.agentgate.cli.console.CommandFailed;
import dev.agentgate.cli.console.ExitCode;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where an order's work happens. */
final class SourceOptions {
  @Option(
      names = {"-r", "--repo"},
      paramLabel = "OWNER/NAME[@REF]",
      description = "A repository on GitHub, or its address. REF is a branch, a tag or a commit.")
  private @Nullable String repository;

  @Option(names = "--git", paramLabel = "ADDRESS", description = "Any other git repository.")
  private @Nullable String git;

  @Option(
      names = "--local",
      paramLabel = "DIRECTORY",
      description = "A directory of the server, used in place. The server must allow it.")
  private @Nullable Path local;

  @Option(names = "--empty", description = "A new, empty directory.")
  private boolean empty;

  @Option(
      names = "--ref",
      paramLabel = "REF",
      description = "A branch, a tag or a commit. Default: the default branch.")
  private @Nullable String ref;

  @Option(
      names = "--branch",
      paramLabel = "NAME",
      description = "As --ref, but only a branch can be meant.")
  private @Nullable String branch;

  /** Adds the source to an order that has none; fails if there is none at all. */
  void addTo(ObjectNode order) {
    long named =
        Stream.of(repository != null, git != null, local != null, empty).filter(it -> it).count();
    if (named == 0 && order.has("workspaceSource")) {
      return;
    }
    if (named != 1) {
      throw new CommandFailed(
          ExitCode.USAGE,
          "Say where the agent works: one of --repo OWNER/NAME, --git ADDRESS, --local DIRECTORY"
              + " and --empty.");
    }
    ObjectNode source = order.putObject("workspaceSource");
    if (repository != null) {
      repository(source, repository);
    } else if (git != null) {
      source.put("type", "git").put("url", git);
    } else if (local != null) {
      source.put("type", "local").put("path", local.toAbsolutePath().normalize().toString());
    } else {
      source.put("type", "empty");
    }
    if (ref != null) {
      source.put("ref", ref);
    }
    if (branch != null) {
      source.put("branch", branch);
    }
  }

  private static void repository(ObjectNode source, String text) {
    // git@host:owner/name and https://… may have an @ that begins no ref.
    if (text.contains(":")) {
      source.put("url", text);
      return;
    }
    int at = text.indexOf('@');
    source.put("repo", at < 0 ? text : text.substring(0, at));
    if (at >= 0) {
      source.put("ref", text.substring(at + 1));
    }
  }
}
