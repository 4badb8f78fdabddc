package dev.agentgate.queue;

import dev.agentgate.output.RunDirectories;
import dev.agentgate.output.RunLog;
import dev.agentgate.output.RunLogWatcher;
import dev.agentgate.output.SecretMask;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunState;
import java.util.function.Function;

/** The logs of runs, as clients may see them. */
public final class RunLogs {
  private final Function<RunId, RunView> runs;
  private final RunDirectories directories;
  private final RunLogWatcher watcher;
  private final SecretMask mask;

  /**
   * @param runs finds a run, or throws the exception that is reported to the caller
   * @param mask hides the service's own secrets and those that it passes to agents
   */
  public RunLogs(
      Function<RunId, RunView> runs,
      RunDirectories directories,
      RunLogWatcher watcher,
      SecretMask mask) {
    this.runs = runs;
    this.directories = directories;
    this.watcher = watcher;
    this.mask = mask;
  }

  /** Returns the run; throws the service's exception if there is none. */
  public RunView run(RunId run) {
    return runs.apply(run);
  }

  /** Returns the log of a run; empty if its process was not started yet. */
  public RunLog log(RunId run) {
    return new RunLog(directories.of(run));
  }

  /** Begins to follow a run's log. The log ends when the run is over or purged. */
  public RunLogWatcher.Listener listen(RunId run) {
    return watcher.listen(log(run), () -> isOver(runs.apply(run)));
  }

  /** Returns the mask for everything that is read from a log for a client. */
  public SecretMask mask() {
    return mask;
  }

  /** Whether nothing more will be written. */
  public static boolean isOver(RunView view) {
    return view.run().state() instanceof RunState.Ended;
  }
}
