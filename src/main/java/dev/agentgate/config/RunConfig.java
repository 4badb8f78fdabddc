package dev.agentgate.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The limits of a run. */
public interface RunConfig {
  /** The {@code maxTime} of an order that names none. */
  @WithDefault("PT1H")
  @AtLeast("1ms")
  @AtMost("7d")
  Duration maxTime();

  /** From SIGTERM to SIGKILL. */
  @WithDefault("PT5S")
  @AtLeast("0s")
  Duration killGrace();

  /**
   * A log keeps its head and its tail within it; a line between them says how much is missing. It
   * is looked at 4 to 100 times a second, the more often the faster it grows, and cut afterwards:
   * between two looks its file takes as much more as the agent writes in that time, up to a quarter
   * of a second of output where it had been silent.
   */
  @WithDefault("64M")
  @AtLeast("4096")
  MemorySize logMaxSize();
}
