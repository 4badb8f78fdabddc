package dev.agentgate.git;

import java.util.HashMap;
import java.util.Map;

/**
 * What all git processes that work for the same purpose have in common.
 *
 * @param name the purpose, for the log
 * @param variables are added to their environment: how the processes can be found, and who commits
 * @param deadline the time by which all of them must have ended
 */
public record GitContext(String name, Map<String, String> variables, Deadline deadline) {
  public GitContext {
    variables = Map.copyOf(variables);
  }

  /** Returns the same context with more variables. */
  public GitContext with(Map<String, String> more) {
    Map<String, String> all = new HashMap<>(variables);
    all.putAll(more);
    return new GitContext(name, all, deadline);
  }
}
