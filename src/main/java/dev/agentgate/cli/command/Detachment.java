package dev.agentgate.cli.command;

import dev.agentgate.cli.console.Console;

/**
 * Tells a user who presses Ctrl-C that only this client has ended, and that the order continues.
 */
final class Detachment implements AutoCloseable {
  private final Thread hook;

  Detachment(Console console, String orderId) {
    String message =
        """

        Detached; the order continues.
          agentgate logs -f %1$s   shows it again
          agentgate cancel %1$s    stops it\
        """
            .formatted(orderId);
    this.hook = new Thread(() -> console.say(message));
    if (console.terminals().err()) {
      Runtime.getRuntime().addShutdownHook(hook);
    }
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException ending) {
      // It is being told now.
    }
  }
}
