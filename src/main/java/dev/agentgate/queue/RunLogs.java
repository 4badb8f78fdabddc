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
   * @param runs finds a run, or throws what a caller is told
   * @param mask hides the service's own secrets and those that it passes through to agents
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

  /** The run, if it exists; otherwise the service's exception. */
  public RunView run(RunId run) {
    return runs.apply(run);
  }

  /** The log of a run; empty before its process was started. */
  public RunLog log(RunId run) {
    return new RunLog(directories.of(run));
  }

  /** Begins to listen to a run's log; it ends when the run is over, or purged. */
  public RunLogWatcher.Listener listen(RunId run) {
    return watcher.listen(log(run), () -> isOver(runs.apply(run)));
  }

  /** What hides secrets in everything that is read from a log for a client. */
  public SecretMask mask() {
    return mask;
  }

  /** Whether nothing more will be written. */
  public static boolean isOver(RunView view) {
    return view.run().state() instanceof RunState.Ended;
  }
}
