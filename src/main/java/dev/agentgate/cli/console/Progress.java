package dev.agentgate.cli.console;

import java.time.Duration;

/**
 * Tells a user at a terminal what takes so long, once it has taken a while. Close it at the end.
 */
public final class Progress implements AutoCloseable {
  private static final Duration A_WHILE = Duration.ofSeconds(1);

  private final Thread thread;

  /** Begins to wait. */
  public Progress(Console console, String sentence) {
    this.thread =
        Thread.ofVirtual()
            .unstarted(() -> {
              try {
                Thread.sleep(A_WHILE);
                console.say(sentence);
              } catch (InterruptedException done) {
                // There is nothing to tell.
              }
            });
    if (console.terminals().err()) {
      thread.start();
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
