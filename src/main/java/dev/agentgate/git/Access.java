package dev.agentgate.git;

/**
 * The access that one call of git has.
 *
 * @param protocol the only allowed protocol, as in {@code GIT_ALLOW_PROTOCOL}
 * @param withToken whether the call may use the token
 */
public record Access(String protocol, boolean withToken) {
  public static final Access LOCAL = new Access("file", false);
}
