package dev.agentgate.store.file;

import dev.agentgate.store.StoreUnavailableException;

/**
 * Another process is using the data directory. The message names the process and says what to do.
 */
public final class DataDirectoryLockedException extends StoreUnavailableException {
  private static final long serialVersionUID = 1L;

  DataDirectoryLockedException(String owner) {
    super(
        "The data directory is in use by "
            + owner
            + ". Only one process may use it at a time: stop that one, or set agentgate.data-dir to"
            + " another directory.");
  }
}
