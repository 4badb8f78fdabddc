package dev.agentgate.execution;

/** The agent of a run was not started. The message says why, without a server path. */
public final class NotStartedException extends Exception {
  private static final long serialVersionUID = 1L;

  /** What kept it from being started. */
  public enum Why {
    /** The workspace could not be prepared. */
    WORKSPACE,
    /** The agent's command could not be started. */
    COMMAND,
    /** The disk was full. */
    DISK,
    /** The machine had no descriptors, processes or memory left: it may work in a moment. */
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

  /** What kept the agent from being started. */
  public Why why() {
    return why;
  }
}
