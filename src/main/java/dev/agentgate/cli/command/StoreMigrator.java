package dev.agentgate.cli.command;

/**
 * Copies the orders of a file store into a database. It needs the settings and the parts of the
 * service, which the command line does not know.
 */
public interface StoreMigrator {
  /**
   * Does the work of {@code migrate-store}.
   *
   * @param dryRun whether nothing is written
   * @param leaveUnreadable whether what cannot be read is left behind
   * @return the exit code
   */
  int migrate(boolean dryRun, boolean leaveUnreadable);
}
