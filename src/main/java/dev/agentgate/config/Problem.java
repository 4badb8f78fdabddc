package dev.agentgate.config;

/**
 * One problem to fix before the service can start. It contains no secret.
 *
 * @param key the configuration key
 * @param reason what is wrong with its value
 * @param remedy what to do
 */
public record Problem(String key, String reason, String remedy) {
  @Override
  public String toString() {
    String problem = key + " " + reason + ": " + remedy;
    return key.startsWith(Setting.PREFIX)
        ? problem + " [" + Variables.variableOf(key) + "]"
        : problem;
  }
}
