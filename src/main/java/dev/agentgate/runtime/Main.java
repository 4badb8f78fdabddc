package dev.agentgate.runtime;

import dev.agentgate.cli.CommandLineClient;
import dev.agentgate.publish.ProxyPasswords;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.Arrays;

/** The entry point of the process: the service, or a command of its client. */
@QuarkusMain
public final class Main {
  private static final String SERVE = "serve";

  private Main() {}

  /**
   * Starts the service if there is no argument, or only {@code serve}. Everything else is a command
   * for a service that runs elsewhere; then nothing of the framework is started. {@code
   * migrate-store} starts as much of it as it needs: see {@link MigrationStart}.
   */
  public static void main(String... arguments) {
    if (isService(arguments)) {
      serve();
    } else {
      int code = CommandLineClient.run(MigrationStart::start, arguments);
      // System.exit() would start the logging first. There is nothing to log and no hook to run.
      Runtime.getRuntime().halt(code);
    }
  }

  static boolean isService(String... arguments) {
    return arguments.length == 0 || Arrays.equals(arguments, new String[] {SERVE});
  }

  /** Begins to load classes while {@link Lifecycle} starts the service. */
  private static void serve() {
    LogOutput.install();
    ProxyPasswords.allow();
    ClassPreload.begin();
    Quarkus.run();
  }
}
