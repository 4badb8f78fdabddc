package dev.agentgate.runtime;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

/** The entry point of the process. */
@QuarkusMain
public final class Main {
  private Main() {}

  /** Begins to load classes while {@link Lifecycle} starts the service. */
  public static void main(String... arguments) {
    if (LaunchMode.current() == LaunchMode.NORMAL) {
      ClassPreload.begin();
    }
    Quarkus.run(arguments);
  }
}
