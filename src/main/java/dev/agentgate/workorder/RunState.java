package dev.agentgate.workorder;

/** The state of a run. */
public sealed interface RunState {

  /** Returns the name used in API responses and files. */
  String wireName();

  /** The workspace is being prepared. */
  record Preparing() implements RunState {
    @Override
    public String wireName() {
      return "preparing";
    }
  }

  /** The agent's process is running. */
  record Running() implements RunState {
    @Override
    public String wireName() {
      return "running";
    }
  }

  /** The run is over; this state never changes again. */
  record Ended(RunOutcome outcome) implements RunState {
    @Override
    public String wireName() {
      return outcome.wireName();
    }
  }
}
