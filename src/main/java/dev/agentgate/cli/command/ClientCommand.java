package dev.agentgate.cli.command;

import dev.agentgate.cli.console.ExitCode;
import java.util.concurrent.Callable;

/** A command of the client. Its result is its exit code. */
abstract class ClientCommand implements Callable<Integer> {
  private final Session session;

  ClientCommand(Session session) {
    this.session = session;
  }

  final Session session() {
    return session;
  }

  abstract ExitCode run();

  @Override
  public final Integer call() {
    return run().number();
  }
}
