package dev.agentgate.queue;

import dev.agentgate.execution.KeptFile;
import dev.agentgate.execution.RunOutputs;
import dev.agentgate.workorder.AgentGateException;
import dev.agentgate.workorder.AgentGateException.Kind;
import dev.agentgate.workorder.ChangeSummary;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunState;
import java.util.Optional;
import java.util.function.Function;

/** Returns the changes that runs made to their repositories, as files. */
public final class RunChanges {
  private static final String GONE = "their file is gone";

  private final Function<RunId, RunView> runs;
  private final RunOutputs outputs;

  /**
   * @param runs finds a run, or throws the exception that is reported to the caller
   */
  public RunChanges(Function<RunId, RunView> runs, RunOutputs outputs) {
    this.runs = runs;
    this.outputs = outputs;
  }

  /**
   * Returns the list of the files that a run changed, a JSON object.
   *
   * @throws AgentGateException if there is none, with the reason
   */
  public KeptFile list(RunId id) {
    ChangeSummary _ = changes(id);
    return outputs.changes(id).orElseThrow(() -> none(id, GONE));
  }

  /**
   * Returns the patch of a run.
   *
   * @throws AgentGateException if there is none, with the reason
   */
  public KeptFile patch(RunId id) {
    if (changes(id).patchTooLarge()) {
      throw none(id, "its patch was too large to keep");
    }
    return outputs.patch(id).orElseThrow(() -> none(id, GONE));
  }

  private ChangeSummary changes(RunId id) {
    Run run = runs.apply(id).run();
    Optional<ChangeSummary> changes = run.results().changes();
    if (changes.isPresent()) {
      return changes.get();
    }
    if (!(run.state() instanceof RunState.Ended)) {
      throw none(id, "it is not over yet");
    }
    if (run.results().baseCommit().isEmpty()) {
      throw none(id, "it has no repository, or nothing was checked out");
    }
    throw none(id, "they could not be collected; its log says why");
  }

  private static AgentGateException none(RunId id, String why) {
    return new AgentGateException(Kind.NOT_FOUND, "Run " + id + " has no changes: " + why);
  }
}
