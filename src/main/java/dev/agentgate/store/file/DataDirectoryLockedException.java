package dev.agentgate.store.file;

import dev.agentgate.store.StoreUnavailableException;

/** Another process owns the data directory. The message says which one, and what to do. */
public final class DataDirectoryLockedException extends StoreUnavailableException {
  private static final long serialVersionUID = 1L;

  DataDirectoryLockedException(String owner) {
    super(
        "The data directory is in use by "
            + owner
            + ". One process owns it at a time: stop that one, or set agentgate.data-dir to another"
            + " directory.");
  }
}
