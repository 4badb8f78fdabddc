package dev.agentgate.git;

import java.util.Map;

/**
 * What all git processes that work for the same purpose have in common.
 *
 * @param name the purpose, for the log
 * @param variables are added to their environment, so that the processes can be found
 * @param deadline the time by which all of them must have ended
 */
public record GitContext(String name, Map<String, String> variables, Deadline deadline) {
  public GitContext {
    variables = Map.copyOf(variables);
  }
}
