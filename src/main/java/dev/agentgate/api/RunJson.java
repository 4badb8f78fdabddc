package dev.agentgate.api;

import dev.agentgate.queue.RunView;

/** The JSON of a run, as {@code GET /runs/{runId}} answers it, on one line. */
@FunctionalInterface
public interface RunJson {
  String of(RunView run);
}
