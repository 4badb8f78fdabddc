package dev.agentgate.workspace;

import dev.agentgate.workorder.AgentGateException;

/** A source that cannot be one. */
public final class InvalidSourceException extends AgentGateException {
  private static final long serialVersionUID = 1L;

  private final String field;

  /**
   * @param field which value of the source is wrong; empty if it is the source as a whole
   */
  InvalidSourceException(String field, String message) {
    super(Kind.INVALID, message);
    this.field = field;
  }

  public String field() {
    return field;
  }
}
