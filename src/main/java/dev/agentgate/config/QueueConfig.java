package dev.agentgate.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** When orders start. */
public interface QueueConfig {
  /** Whether orders start by themselves. If not, each order waits for {@code POST …/runs}. */
  @WithDefault("true")
  boolean autoProcess();

  /** The number of orders that run at the same time. */
  @WithDefault("2")
  @AtLeast("1")
  int maxConcurrent();

  /** The shortest time between two starts. */
  @WithDefault("PT0S")
  @AtLeast("0s")
  Duration staggerDelay();

  /**
   * Nothing starts while less memory than this is available, measured in the container if it has a
   * limit. {@code 0} turns this off.
   */
  @WithDefault("0")
  MemorySize minAvailableMemory();

  /** Nothing starts while less disk space than this is free under the data directory. */
  @WithDefault("1G")
  MemorySize minFreeDisk();

  /** The number of orders that may wait. A submit beyond it is refused. */
  @WithDefault("100000")
  @AtLeast("1")
  int maxDepth();

  /** The number of orders of one repository that run at the same time. {@code 0} means no limit. */
  @WithDefault("0")
  @AtLeast("0")
  int maxConcurrentPerRepository();

  /**
   * Each such period of waiting counts as one step of priority. With {@code 10m}, an order of
   * priority 0 that has waited for an hour starts before a new one of priority 5. If it is unset, a
   * higher priority always starts first, and a low one may wait forever.
   */
  @AtLeast("1ms")
  @AtMost("365d")
  Optional<Duration> priorityAging();
}
