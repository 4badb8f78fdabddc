package dev.agentgate.output;

import java.nio.file.Path;

/**
 * The files of one run. They outlive the service, not the machine: after a power loss its processes
 * are gone as well.
 *
 * @param path {@code runs/{runId}}
 */
public record RunDirectory(Path path) {

  /** What the process wrote to stdout and stderr, in order. */
  public Path outputLog() {
    return path.resolve("output.log");
  }

  /** How the process ended; written aside and renamed by the run script. */
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
