package dev.agentgate.cli.command;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Copies the orders of a file store into a database. It calls no server. */
@Command(
    name = "migrate-store",
    description = {
      "Copy the orders of a file store into PostgreSQL, read them back and compare them.",
      "Stop the service first. The settings are those of the service: AGENTGATE_DATA_DIR names the"
          + " data directory, QUARKUS_DATASOURCE_JDBC_URL, QUARKUS_DATASOURCE_USERNAME and"
          + " QUARKUS_DATASOURCE_PASSWORD (or QUARKUS_DATASOURCE_PASSWORD_FILE) an empty database.",
      "Nothing is removed. If the command was interrupted, run it again. Once everything is the"
          + " same, it writes the file `database` into the data directory. From then on a service"
          + " can use the directory only with AGENTGATE_STORE_KIND=postgres.",
      "Exit codes: 0 everything was copied; 65 something cannot be read; 69 the database is out of"
          + " reach; 70 the database differs from the files; 73 the data directory cannot be used;"
          + " 74 a file cannot be read now; 75 a service or an agent is still at work; 78 a setting"
          + " or the database must be changed."
    },
    footer = {
      "",
      "Examples:",
      "  agentgate migrate-store --dry-run",
      "  AGENTGATE_DATA_DIR=/var/lib/agentgate agentgate migrate-store"
    })
final class MigrateStoreCommand implements Callable<Integer> {
  private final StoreMigrator migrator;

  @Option(names = "--dry-run", description = "Tell what would be copied, and write nothing.")
  private boolean dryRun;

  @Option(
      names = "--leave-unreadable",
      description = "Complete the copy without the orders and records that cannot be read.")
  private boolean leaveUnreadable;

  MigrateStoreCommand(StoreMigrator migrator) {
    this.migrator = migrator;
  }

  @Override
  public Integer call() {
    return migrator.migrate(dryRun, leaveUnreadable);
  }
}
