package dev.agentgate.execution;

/** The resources that the machine of the service has left. */
public interface HostResources {

  /** A disk with fewer free inodes than this counts as full, whatever its free bytes. */
  long FEWEST_INODES = 1_000;

  /** With fewer free descriptors than this, a start or a look at its processes might fail. */
  long FEWEST_DESCRIPTORS = 32;

  /** With fewer processes and threads left than this, an agent could not do anything. */
  long FEWEST_TASKS = 32;

  /** Bytes of memory that a new agent could use without swapping, within the cgroup's limit. */
  long availableMemory();

  /** Bytes that can still be written below the data directory. */
  long freeDisk();

  /**
   * Files that can still be created below the data directory; {@link Long#MAX_VALUE} if not
   * limited.
   */
  long freeInodes();

  /** Whether a failure to write, or one of its causes, says that the disk is full. */
  boolean isFullDisk(Throwable failure);

  /** File descriptors that the service has open; 0 if unknown. */
  long openDescriptors();

  /** File descriptors that the service may have open. */
  long maxDescriptors();

  /**
   * Processes and threads that the service's cgroup still allows; {@link Long#MAX_VALUE} if it sets
   * no limit.
   */
  long freeTasks();
}
