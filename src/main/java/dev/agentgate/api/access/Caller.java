package dev.agentgate.api.access;

import dev.agentgate.api.problem.ApiException;
import dev.agentgate.api.problem.ProblemType;

/**
 * The sender of a request.
 *
 * @param name the name of the key, never the key itself; {@code anonymous} if no key is configured
 */
public record Caller(String name, Role role) {
  /** Any caller of a service without keys. It may do everything. */
  public static final Caller ANONYMOUS = new Caller("anonymous", Role.ADMIN);

  /**
   * Checks that the caller may do this.
   *
   * @throws ApiException a 403, if its role is too low
   */
  public void require(Role needed) {
    if (!role.includes(needed)) {
      throw new ApiException(ProblemType.FORBIDDEN, tooLow(needed));
    }
  }

  private String tooLow(Role needed) {
    return "This needs the role " + needed.wireName() + "; the key has " + role.wireName();
  }
}
