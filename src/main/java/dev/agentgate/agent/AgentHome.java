package dev.agentgate.agent;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/** What an agent's environment says about a home directory of its own. */
public final class AgentHome {
  /** The directory for temporary files, in the home. */
  public static final String TEMPORARY = "tmp";

  /** Variables that lead to places outside the home where agents keep settings and sessions. */
  private static final Set<String> ELSEWHERE =
      Set.of(
          "CLAUDE_CONFIG_DIR",
          "CLAUDE_CODE_TMPDIR",
          "CODEX_HOME",
          "GEMINI_CLI_HOME",
          "OPENCODE_CONFIG",
          "OPENCODE_CONFIG_DIR",
          "XDG_CONFIG_DIRS",
          "XDG_DATA_DIRS",
          "XDG_RUNTIME_DIR");

  private AgentHome() {}

  /** Makes an environment lead to a home. */
  static void apply(Map<String, String> environment, Path home) {
    environment.keySet().removeAll(ELSEWHERE);
    environment.put("HOME", home.toString());
    environment.put("XDG_CONFIG_HOME", home.resolve(".config").toString());
    environment.put("XDG_DATA_HOME", home.resolve(".local/share").toString());
    environment.put("XDG_STATE_HOME", home.resolve(".local/state").toString());
    environment.put("XDG_CACHE_HOME", home.resolve(".cache").toString());
    environment.put("TMPDIR", home.resolve(TEMPORARY).toString());
  }
}
