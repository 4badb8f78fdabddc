package dev.agentgate.output;

import java.nio.file.Path;

/**
 * The files of one run. They outlive the service. They are not synced: after a power loss the run's
 * processes are gone as well.
 *
 * @param path {@code runs/{runId}}
 */
public record RunDirectory(Path path) {

  /** What the process wrote to stdout and stderr, in order. */
  public Path outputLog() {
    return path.resolve("output.log");
  }

  /** How the agent ended; one short write of the run script, complete once it is a whole line. */
  public Path exitFile() {
    return path.resolve("exit.json");
  }

  /** The prompt, as the agent may read it. */
  public Path promptFile() {
    return path.resolve("prompt.txt");
  }

  /** Which process leads the run's session; written by the run script before the agent starts. */
  public Path processFile() {
    return path.resolve("process");
  }
}
