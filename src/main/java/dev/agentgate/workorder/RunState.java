package dev.agentgate.workorder;

/** The state of a run. */
public sealed interface RunState {

  /** The name in answers and files. */
  String wireName();

  /** Its workspace is being prepared. */
  record Preparing() implements RunState {
    @Override
    public String wireName() {
      return "preparing";
    }
  }

  /** Its process lives. */
  record Running() implements RunState {
    @Override
    public String wireName() {
      return "running";
    }
  }

  /** It is over and never changes again. */
  record Ended(RunOutcome outcome) implements RunState {
    @Override
    public String wireName() {
      return outcome.wireName();
    }
  }
}
