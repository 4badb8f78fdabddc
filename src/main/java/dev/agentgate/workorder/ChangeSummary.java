package dev.agentgate.workorder;

import java.util.OptionalLong;

/**
 * The size of the change that a run made to its repository.
 *
 * @param files the number of files that differ from the base commit
 * @param insertions lines inserted in all files
 * @param deletions lines deleted from all files
 * @param patchBytes the length of the patch; empty if it was too large to keep
 */
public record ChangeSummary(long files, long insertions, long deletions, OptionalLong patchBytes) {
  /** Whether the patch was too large to keep. */
  public boolean patchTooLarge() {
    return patchBytes.isEmpty();
  }
}
