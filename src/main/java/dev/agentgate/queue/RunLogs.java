package dev.agentgate.queue;

import dev.agentgate.agent.OutputFormat;
import dev.agentgate.agent.SecretMask;
import dev.agentgate.execution.RunOutputs;
import dev.agentgate.execution.log.LogRendering;
import dev.agentgate.execution.log.LogText;
import dev.agentgate.execution.log.ReadableRunLog;
import dev.agentgate.execution.log.RunLog;
import dev.agentgate.execution.log.RunLogText;
import dev.agentgate.execution.log.RunLogWatcher;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunState;
import java.io.IOException;
import java.util.function.Function;

/** The logs of runs, as clients may see them. */
public final class RunLogs {
  private final Function<RunId, RunView> runs;
  private final Function<Run, OutputFormat> formats;
  private final RunOutputs outputs;
  private final RunLogWatcher watcher;
  private final SecretMask mask;

  /**
   * @param runs finds a run, or throws the exception that is reported to the caller
   * @param formats the format in which a run's agent prints
   * @param mask hides the service's own secrets and those that it passes to agents
   */
  public RunLogs(
      Function<RunId, RunView> runs,
      Function<Run, OutputFormat> formats,
      RunOutputs outputs,
      RunLogWatcher watcher,
      SecretMask mask) {
    this.runs = runs;
    this.formats = formats;
    this.outputs = outputs;
    this.watcher = watcher;
    this.mask = mask;
  }

  /** Returns the run; throws the service's exception if there is none. */
  public RunView run(RunId run) {
    return runs.apply(run);
  }

  /** Returns the log of a run; it reads as empty if its process was not started yet. */
  public RunLog log(RunId run) {
    return outputs.log(run);
  }

  /** Returns the log as it is, from an offset on. */
  public LogText raw(Run run, long offset) {
    return new RunLogText(log(run.id()), mask, offset);
  }

  /** Returns the log rendered for people to read, from an offset on. */
  public LogText readable(Run run, long offset) throws IOException {
    OutputFormat format = formats.apply(run);
    return format == OutputFormat.TEXT
        ? raw(run, offset)
        : new LogRendering(log(run.id()), format, mask, offset, Long.MAX_VALUE);
  }

  /** Returns the log as it is now, rendered for people to read. */
  public ReadableRunLog readable(Run run) throws IOException {
    return new ReadableRunLog(log(run.id()), formats.apply(run), mask);
  }

  /** Returns the offset at which the last lines of the log as it is begin. */
  public long startOfLastLines(Run run, int lines) throws IOException {
    RunLog log = log(run.id());
    return log.startOfLastLines(lines, log.size());
  }

  /** Begins to follow a run's log. The log ends when the run is over or purged. */
  public RunLogWatcher.Listener listen(RunId run) {
    return watcher.listen(run, log(run), () -> isOver(runs.apply(run)));
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
