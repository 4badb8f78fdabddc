package dev.agentgate.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The limits of a run. */
public interface RunConfig {
  /** The {@code maxTime} of an order that does not set it. */
  @WithDefault("PT1H")
  @AtLeast("1ms")
  @AtMost("7d")
  Duration maxTime();

  /** The time between SIGTERM and SIGKILL. */
  @WithDefault("PT5S")
  @AtLeast("0s")
  Duration killGrace();

  /**
   * The size limit of a log. A larger log keeps its head and its tail; a line between them says how
   * much is missing. The size is checked 4 to 100 times a second, more often the faster the log
   * grows, and the log is cut after a check. Between two checks the file grows beyond the limit by
   * what the agent writes in that time: up to a quarter of a second of output if it had been
   * silent.
   */
  @WithDefault("64M")
  @AtLeast("4096")
  MemorySize logMaxSize();

  /** The largest patch of a run's changes that is kept. */
  @WithDefault("32M")
  MemorySize patchMaxSize();
}
