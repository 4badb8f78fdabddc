package dev.agentgate.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** When orders start. */
public interface QueueConfig {
  /** Whether orders start by themselves; otherwise each waits for {@code POST …/runs}. */
  @WithDefault("true")
  boolean autoProcess();

  /** How many orders run at the same time. */
  @WithDefault("2")
  @AtLeast("1")
  int maxConcurrent();

  /** The least time between two starts. */
  @WithDefault("PT0S")
  @AtLeast("0s")
  Duration staggerDelay();

  /**
   * Nothing starts while less memory is available, in the container where there is a limit; 0: no
   * such limit.
   */
  @WithDefault("0")
  MemorySize minAvailableMemory();

  /** Nothing starts while less disk is free under the data directory. */
  @WithDefault("1G")
  MemorySize minFreeDisk();

  /** How many orders may wait; a submit beyond it is refused. */
  @WithDefault("100000")
  @AtLeast("1")
  int maxDepth();

  /** How many orders of one repository run at the same time; 0: no such limit. */
  @WithDefault("0")
  @AtLeast("0")
  int maxConcurrentPerRepository();

  /**
   * Each such span of waiting counts as one step of priority: with {@code 10m}, an order of
   * priority 0 that has waited for an hour goes before a new one of priority 5. Unset: a higher
   * priority always goes first, and a low one may wait for ever.
   */
  @AtLeast("1ms")
  @AtMost("365d")
  Optional<Duration> priorityAging();
}
