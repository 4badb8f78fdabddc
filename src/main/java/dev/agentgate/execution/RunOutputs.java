package dev.agentgate.execution;

import dev.agentgate.execution.log.RunLog;
import dev.agentgate.workorder.RunId;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * What is kept of runs besides their workspaces: their logs and the changes that they made. It is
 * kept until it is removed, whether or not the run is over. Safe for use by many threads.
 */
public interface RunOutputs {

  /** Returns the log of a run; it reads as empty if nothing was written yet. */
  RunLog log(RunId run);

  /** Returns the list of the files that a run changed, a JSON object; empty if it is not kept. */
  Optional<KeptFile> changes(RunId run);

  /** Returns the patch of a run; empty if it is not kept. */
  Optional<KeptFile> patch(RunId run);

  /** Returns every run of which something is kept. A claimed run counts. */
  Set<RunId> list();

  /** Whether something is kept of a run now. */
  boolean exists(RunId run);

  /** Whether a run was claimed and nothing else is kept of it. */
  boolean isUnbegun(RunId run);

  /** Whether a run was begun before a time; false if that cannot be determined. */
  boolean isOlder(RunId run, Instant than);

  /**
   * Removes everything that is kept of a run. Idempotent.
   *
   * @return false if part of it is left
   */
  boolean remove(RunId run);

  /** Returns the number of bytes dropped from all logs since the service started. */
  long droppedBytes();
}
