package dev.agentgate.execution;

/** The agent of a run was not started. The message gives the reason without a server path. */
public final class NotStartedException extends Exception {
  private static final long serialVersionUID = 1L;

  /** The reason that the agent was not started. */
  public enum Why {
    /** The workspace could not be prepared. */
    WORKSPACE,
    /** The agent's command could not be started. */
    COMMAND,
    /** The disk was full. */
    DISK,
    /** The machine is out of descriptors, processes or memory, so a later attempt may succeed. */
    ROOM,
    /** The run was stopped, or the service died, before the agent was started. */
    ABANDONED
  }

  private final Why why;

  public NotStartedException(Why why, String message) {
    super(message);
    this.why = why;
  }

  public NotStartedException(Why why, Throwable failure) {
    super(String.valueOf(failure.getMessage()), failure);
    this.why = why;
  }

  /** Returns the reason that the agent was not started. */
  public Why why() {
    return why;
  }
}
