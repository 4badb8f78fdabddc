package dev.agentgate.output;

import java.nio.file.Path;

/**
 * The files of one run. They outlive the service. They are not synced, because a power loss ends
 * the run's processes as well. So after a reboot a missing file proves nothing.
 *
 * @param path {@code runs/{runId}}
 */
public record RunDirectory(Path path) {
  /** The start of the name of {@link #bootFile}. */
  static final String BOOT = "boot-";

  /** Returns the log: what the process wrote to stdout and stderr, in order. */
  public Path outputLog() {
    return path.resolve("output.log");
  }

  /**
   * Returns the file that says how the agent ended. The run script writes it in one short write; it
   * is complete once it holds a whole line.
   */
  public Path exitFile() {
    return path.resolve("exit.json");
  }

  /** Returns the file that holds the prompt, which the agent may read. */
  public Path promptFile() {
    return path.resolve("prompt.txt");
  }

  /** Returns the file that names the run whose workspace this run works in, if it is another's. */
  public Path workspaceFile() {
    return path.resolve("workspace");
  }

  /** Returns the patch with everything that the run changed. */
  public Path patchFile() {
    return path.resolve("changes.patch");
  }

  /** Returns the list of the files that the run changed, as the API shows it. */
  public Path changesFile() {
    return path.resolve("changes.json");
  }

  /**
   * Returns the empty file that says in which boot of the machine the directory was made. A store
   * of files makes it when it claims the order, and else the executor before the checkout.
   *
   * @param bootId {@code /proc/sys/kernel/random/boot_id}
   */
  Path bootFile(String bootId) {
    return path.resolve(BOOT + bootId);
  }

  /**
   * Returns the file that names the leader of the run's session. The run script writes it before
   * the agent starts.
   */
  public Path processFile() {
    return path.resolve("process");
  }
}
