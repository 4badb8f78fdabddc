package dev.agentgate.runtime;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

/** Where the process begins. */
@QuarkusMain
public final class Main {
  private Main() {}

  /** Begins to load classes beside the start, which {@link Lifecycle} goes on with. */
  public static void main(String... arguments) {
    if (LaunchMode.current() == LaunchMode.NORMAL) {
      ClassPreload.begin();
    }
    Quarkus.run(arguments);
  }
}
