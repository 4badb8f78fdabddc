package dev.agentgate.runtime;

import io.quarkus.arc.InjectableInstance;
import io.quarkus.runtime.Quarkus;
import jakarta.inject.Singleton;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Lets the process copy a store instead of being the service. The framework is started as for the
 * service, because only so the settings, the connections and the changes of tables are those of the
 * service, natively as well. The process does its work before the first bean checks the settings of
 * a service, which is before a port is opened, and ends.
 */
@Singleton
class MigrationStart {
  /** {@code EX_SOFTWARE} of {@code sysexits.h}. */
  private static final int DEFECT = 70;

  /** As a shell tells the end by SIGTERM. */
  private static final int TERMINATED = 143;

  /**
   * Logs only what is wrong, to standard error and not as JSON. The audit log is in the data
   * directory, which the command does not change. Nobody waits for the locks of a copy, so it may
   * be slow: a machine under load may take long between two statements.
   */
  private static final Map<String, String> SETTINGS =
      Map.of(
          "quarkus.banner.enabled", "false",
          "quarkus.log.console.level", "WARN",
          "quarkus.log.console.stderr", "true",
          "quarkus.log.console.json.enabled", "false",
          "quarkus.log.handler.file.\"audit\".path", "/dev/null",
          "quarkus.datasource.jdbc.new-connection-sql",
              "SET idle_in_transaction_session_timeout = '10min'; SET lock_timeout = '20s'");

  /** Null if the process is the service. */
  private static volatile @Nullable Request request;

  private final InjectableInstance<MigrationCommand> command;

  MigrationStart(InjectableInstance<MigrationCommand> command) {
    this.command = command;
  }

  /** What a user has asked for. */
  record Request(boolean dryRun, boolean leaveUnreadable) {}

  /** Starts the framework for a copy; it ends the process, except if the framework cannot start. */
  static int start(boolean dryRun, boolean leaveUnreadable) {
    request = new Request(dryRun, leaveUnreadable);
    SETTINGS.forEach(System::setProperty);
    Quarkus.run();
    return DEFECT;
  }

  /**
   * Copies and ends the process, if that is what it is for. Call before the settings are checked.
   */
  void workIfAsked() {
    Request asked = request;
    if (asked != null) {
      // The framework's own hook would wait until the start is over. A copy may end at any time.
      Runtime.getRuntime()
          .addShutdownHook(new Thread(() -> Runtime.getRuntime().halt(TERMINATED), "end-of-copy"));
      int code = command.get().run(asked);
      System.out.flush();
      System.err.flush();
      Runtime.getRuntime().halt(code);
    }
  }
}
