package dev.agentgate.cli.doctor;

import dev.agentgate.cli.console.Console;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which agents are installed, in which version, and whether they have credentials. */
final class AgentChecks {
  private static final List<Agent> KNOWN =
      List.of(
          new Agent(
              "claude",
              List.of("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"),
              ".claude/.credentials.json"),
          new Agent("codex", List.of("CODEX_API_KEY", "OPENAI_API_KEY"), ".codex/auth.json"),
          new Agent(
              "opencode",
              List.of("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "OPENROUTER_API_KEY"),
              ".local/share/opencode/auth.json"),
          new Agent(
              "gemini", List.of("GEMINI_API_KEY", "GOOGLE_API_KEY"), ".gemini/oauth_creds.json"),
          new Agent(
              "aider", List.of("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "OPENROUTER_API_KEY"), ""));

  private final Console console;
  private final Programs programs;

  /**
   * An agent that comes with the service.
   *
   * @param variables one of them is enough
   * @param login a file below HOME that a login leaves; empty if there is none
   */
  private record Agent(String program, List<String> variables, String login) {}

  AgentChecks(Console console, Programs programs) {
    this.console = console;
    this.programs = programs;
  }

  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    for (Agent agent : KNOWN) {
      if (programs.has(agent.program())) {
        findings.add(check(agent));
      }
    }
    if (findings.isEmpty()) {
      findings.add(
          Finding.warning(
              "agents",
              "none of claude, codex, opencode, gemini and aider is on the PATH",
              "Install one for the user that runs the service, or configure"
                  + " agentgate.agents.\"TYPE\".command."));
    }
    return findings;
  }

  private Finding check(Agent agent) {
    Optional<String> version = programs.version(agent.program());
    if (version.isEmpty()) {
      return Finding.problem(
          agent.program(),
          "does not tell its version",
          "Run `" + agent.program() + " --version` and see why.");
    }
    Optional<String> credential =
        agent.variables().stream()
            .filter(name -> console.variable(name).isPresent())
            .findFirst()
            .map(name -> name + " is set")
            .or(() -> hasLogin(agent) ? Optional.of("logged in") : Optional.empty());
    return credential
        .map(it -> Finding.ok(agent.program(), version.get() + ", " + it))
        .orElseGet(() ->
            Finding.warning(
                agent.program(),
                version.get() + ", without credentials",
                "Set " + agent.variables().getFirst() + " for the service, or log in."));
  }

  private boolean hasLogin(Agent agent) {
    return !agent.login().isEmpty() && Files.isReadable(console.home().resolve(agent.login()));
  }
}
