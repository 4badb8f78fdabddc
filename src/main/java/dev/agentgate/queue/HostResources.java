package dev.agentgate.queue;

/** What the machine has left. */
public interface HostResources {

  /** With fewer files left to make than this, a disk counts as full whatever its free bytes. */
  long FEWEST_INODES = 1_000;

  /**
   * Bytes of memory that a new agent could use without swapping; at most what the cgroup allows.
   */
  long availableMemory();

  /** Bytes that can still be written below the data directory. */
  long freeDisk();

  /**
   * Files that can still be made below the data directory; {@link Long#MAX_VALUE} if not limited.
   */
  long freeInodes();
}
