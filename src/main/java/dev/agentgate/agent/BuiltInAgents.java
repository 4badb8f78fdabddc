package dev.agentgate.agent;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The agents that come with the service: their command lines and the variables that they read. The
 * prompt is never an argument: a prompt that begins with a dash would be taken for an option, and
 * one over 128 KiB could not be passed.
 *
 * <p>A repository may carry settings for the agent that works in it: hooks, servers to start, or
 * the address that the credential is sent to. Each agent's protection keeps it from reading them.
 * The protection is left out for an agent whose operator trusts its repositories.
 */
public final class BuiltInAgents {
  private static final Map<String, AgentProfile> PROFILES = new TreeMap<>();
  private static final Map<String, Protection> PROTECTIONS = new TreeMap<>();

  /** Variables of model providers that more than one agent reads. */
  private static final Set<String> PROVIDERS =
      Set.of(
          "ANTHROPIC_API_KEY",
          "ANTHROPIC_BASE_URL",
          "OPENAI_API_KEY",
          "OPENAI_BASE_URL",
          "OPENROUTER_API_KEY",
          "DEEPSEEK_API_KEY",
          "MISTRAL_API_KEY",
          "GROQ_API_KEY",
          "XAI_API_KEY",
          "AZURE_*",
          "GEMINI_API_KEY",
          "GOOGLE_*",
          "VERTEX_*",
          "OLLAMA_*",
          "AWS_*");

  static {
    claude(
        "claude-code",
        Set.of(
            "ANTHROPIC_*",
            "AWS_*",
            "CLAUDE_*",
            "CLOUD_ML_REGION",
            "GOOGLE_APPLICATION_CREDENTIALS"),
        Set.of("CLAUDE_CODE_OAUTH_TOKEN"));
    claude("claude-code-subscription", Set.of("CLAUDE_*"), Set.of());
    add(
        "codex",
        new AgentCommands(
            codex("exec", "-"),
            Optional.of(codex("exec", "resume", "{sessionId}", "-")),
            List.of("--model", "{model}"),
            List.of(),
            List.of()),
        OutputFormat.CODEX_JSON,
        new AgentEnvironment.Visibility(
            Set.of("CODEX_*", "OPENAI_*", "AZURE_OPENAI_API_KEY"),
            Set.of(),
            Map.of(),
            // codex reads only CODEX_API_KEY.
            Map.of("CODEX_API_KEY", "OPENAI_API_KEY")),
        Protection.NONE);
    add(
        "opencode",
        new AgentCommands(
            new AgentCommandLine(List.of("opencode", "run", "--auto", "--format", "json")),
            Optional.of(
                new AgentCommandLine(
                    List.of(
                        "opencode",
                        "run",
                        "--auto",
                        "--format",
                        "json",
                        "--session",
                        "{sessionId}"))),
            List.of("--model", "{model}"),
            List.of(),
            List.of()),
        OutputFormat.OPENCODE_JSON,
        sees(with("OPENCODE_*"), Map.of("OPENCODE_DISABLE_AUTOUPDATE", "true")),
        new Protection(List.of(), Map.of("OPENCODE_DISABLE_PROJECT_CONFIG", "true")));
    add(
        "gemini",
        new AgentCommands(
            gemini(),
            // The run's own session is the latest one of its directory.
            Optional.of(gemini().with(List.of("--resume", "latest"))),
            List.of("--model", "{model}"),
            List.of(),
            List.of()),
        OutputFormat.GEMINI_STREAM_JSON,
        sees(Set.of("GEMINI_*", "GOOGLE_*", "CODE_ASSIST_ENDPOINT"), Map.of()),
        Protection.NONE);
    add(
        "aider",
        new AgentCommands(
            new AgentCommandLine(
                List.of(
                    "aider",
                    "--yes-always",
                    "--no-pretty",
                    "--no-check-update",
                    "--message-file",
                    "{promptFile}")),
            Optional.empty(),
            List.of("--model", "{model}"),
            List.of(),
            List.of()),
        OutputFormat.TEXT,
        sees(with("AIDER_*", "OPENAI_API_BASE"), Map.of()),
        Protection.NONE);
    add(
        "shell",
        AgentCommands.of(List.of("sh", "{promptFile}")),
        OutputFormat.TEXT,
        AgentEnvironment.Visibility.USUAL,
        Protection.NONE);
  }

  private BuiltInAgents() {}

  /**
   * Keeps an agent from reading settings of the repository that it works in.
   *
   * @param arguments added to its commands
   * @param environment variables for this agent alone
   */
  record Protection(List<String> arguments, Map<String, String> environment) {
    static final Protection NONE = new Protection(List.of(), Map.of());
  }

  /** Returns the types that come with the service. */
  public static Set<String> types() {
    return PROFILES.keySet();
  }

  /**
   * Returns what is fixed about an agent that comes with the service, without the protection and
   * without writing files. It must not be run like this.
   */
  public static Optional<AgentProfile> describe(String type) {
    return Optional.ofNullable(PROFILES.get(type));
  }

  /**
   * Returns an agent that comes with the service.
   *
   * @param trustRepository whether settings of the repository apply
   * @param directory where files that agents need are written
   * @param service returns the value of one of the service's variables
   * @return empty if no agent of this type comes with the service
   */
  public static Optional<AgentProfile> find(
      String type,
      boolean trustRepository,
      Path directory,
      Function<String, Optional<String>> service) {
    Optional<AgentProfile> profile = Optional.ofNullable(PROFILES.get(type));
    if (type.equals("gemini")) {
      return profile.map(
          it -> it.with(List.of(), GeminiSettings.write(directory, trustRepository, service)));
    }
    Protection protection =
        trustRepository ? Protection.NONE : PROTECTIONS.getOrDefault(type, Protection.NONE);
    return profile.map(it -> it.with(protection.arguments(), protection.environment()));
  }

  private static void claude(String type, Set<String> passed, Set<String> hidden) {
    AgentCommandLine start =
        new AgentCommandLine(
            List.of(
                "claude",
                "-p",
                "--dangerously-skip-permissions",
                "--output-format",
                "stream-json",
                "--verbose"));
    add(
        type,
        new AgentCommands(
            start,
            Optional.of(start.with(List.of("--resume", "{sessionId}"))),
            List.of("--model", "{model}"),
            List.of("--max-turns", "{maxIterations}"),
            List.of("--max-budget-usd", "{maxCostUsd}")),
        OutputFormat.CLAUDE_STREAM_JSON,
        new AgentEnvironment.Visibility(
            passed,
            hidden,
            Map.of(
                // Otherwise claude refuses to skip permissions as root, the user in a container.
                "IS_SANDBOX",
                "1",
                // Otherwise claude waits long after its result for a server that it left running.
                "CLAUDE_CODE_DISABLE_BACKGROUND_TASKS",
                "1",
                // The default of ten retries a wrong key for three minutes; the queue also retries.
                "CLAUDE_CODE_MAX_RETRIES",
                "3",
                "DISABLE_AUTOUPDATER",
                "1"),
            Map.of()),
        new Protection(List.of("--setting-sources", "user"), Map.of()));
  }

  private static AgentCommandLine codex(String... words) {
    return new AgentCommandLine(List.of("codex"))
        .with(List.of(words))
        .with(
            List.of(
                "--json",
                "--dangerously-bypass-approvals-and-sandbox",
                "--skip-git-repo-check",
                "--config=openai_base_url={env.OPENAI_BASE_URL}"));
  }

  private static AgentCommandLine gemini() {
    return new AgentCommandLine(
        List.of("gemini", "--yolo", "--skip-trust", "--output-format", "stream-json"));
  }

  private static Set<String> with(String... more) {
    Set<String> all = new HashSet<>(PROVIDERS);
    all.addAll(List.of(more));
    return all;
  }

  private static AgentEnvironment.Visibility sees(Set<String> passed, Map<String, String> own) {
    return new AgentEnvironment.Visibility(passed, Set.of(), own, Map.of());
  }

  private static void add(
      String type,
      AgentCommands commands,
      OutputFormat output,
      AgentEnvironment.Visibility visibility,
      Protection protection) {
    PROFILES.put(type, new AgentProfile(commands, output, visibility));
    PROTECTIONS.put(type, protection);
  }
}
