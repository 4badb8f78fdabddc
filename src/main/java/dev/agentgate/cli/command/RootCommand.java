package dev.agentgate.cli.command;

import dev.agentgate.cli.remote.Profiles;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** What all commands have in common. */
@Command(
    name = "agentgate",
    synopsisSubcommandLabel = "COMMAND",
    description = {
      "A durable work-order queue that runs coding agents.",
      "",
      "Without arguments, or with `serve`, this is the service. Every other command is a client of"
          + " it, except `migrate-store`."
    },
    footer = {
      "",
      "Examples:",
      "  agentgate submit --repo acme/shop --follow \"Fix the login bug\"",
      "  agentgate list --status running",
      "  agentgate logs -f @last",
      "  agentgate patch @last | git apply",
      "",
      "The server is http://127.0.0.1:3001 unless --url, AGENTGATE_URL or a profile in"
          + " ~/.config/agentgate/config.toml names another. A key comes from AGENTGATE_API_KEY,"
          + " AGENTGATE_API_KEY_FILE or the profile, never from an argument.",
      "",
      "`agentgate help COMMAND` has the options and examples of a command."
    })
public final class RootCommand {
  @Option(
      names = "--url",
      paramLabel = "URL",
      scope = ScopeType.INHERIT,
      description = "The server's address. Also AGENTGATE_URL.")
  private @Nullable String url;

  @Option(
      names = "--key-file",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "A file with the key. Also AGENTGATE_API_KEY_FILE.")
  private @Nullable Path keyFile;

  @Option(
      names = "--profile",
      paramLabel = "NAME",
      scope = ScopeType.INHERIT,
      description = "A profile in config.toml. Also AGENTGATE_PROFILE.")
  private @Nullable String profile;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORM",
      scope = ScopeType.INHERIT,
      description = "text (the default), json, ndjson or id.")
  private Output output = Output.text;

  @Option(
      names = "--request-timeout",
      paramLabel = "TIME",
      scope = ScopeType.INHERIT,
      description =
          "How long an answer may take, and how long a lost server may be away. Default: 30s.")
  private Duration requestTimeout = Duration.ofSeconds(30);

  @Option(
      names = {"-v", "--verbose"},
      scope = ScopeType.INHERIT,
      description = "Show every request, and the server's whole answer to one that fails.")
  private boolean verbose;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this help.")
  @SuppressWarnings("UnusedVariable") // picocli acts on it
  private boolean help;

  Profiles.Options target() {
    return new Profiles.Options(url, profile, keyFile);
  }

  Output output() {
    return output;
  }

  Duration requestTimeout() {
    return requestTimeout;
  }

  /** Whether the user wants to see what happens below the command. */
  public boolean verbose() {
    return verbose;
  }
}
