package dev.agentgate.workspace;

import dev.agentgate.workorder.AgentGateException;

/** The client's source is not valid. */
public final class InvalidSourceException extends AgentGateException {
  private static final long serialVersionUID = 1L;

  private final String field;

  /**
   * @param field the value of the source that is wrong; empty if it is the source as a whole
   */
  InvalidSourceException(String field, String message) {
    super(Kind.INVALID, message);
    this.field = field;
  }

  public String field() {
    return field;
  }
}
