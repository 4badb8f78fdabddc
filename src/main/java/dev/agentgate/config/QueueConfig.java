package dev.agentgate.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** What starts when. */
@ConfigMapping(prefix = "agentgate.queue")
public interface QueueConfig {
  /** Whether orders start by themselves; otherwise each waits for {@code POST …/runs}. */
  @WithDefault("true")
  boolean autoProcess();

  /** How many orders run at the same time; at least 1. */
  @WithDefault("2")
  int maxConcurrent();

  /** The least time between two starts. */
  @WithDefault("PT0S")
  Duration staggerDelay();

  /** Nothing starts while less memory than this is available; 0: no such limit. */
  @WithDefault("0")
  MemorySize minAvailableMemory();

  /** Nothing starts while less disk than this is free under the data directory. */
  @WithDefault("1G")
  MemorySize minFreeDisk();

  /** How many orders may wait, at least 1; a submit beyond it is refused. */
  @WithDefault("100000")
  int maxDepth();

  /** How many orders of one repository run at the same time; 0: no such limit. */
  @WithDefault("0")
  int maxConcurrentPerRepository();

  /** Each such span of waiting counts as one step of priority; none: waiting does not count. */
  Optional<Duration> priorityAging();
}
