package dev.agentgate.workspace;

import java.util.List;

/**
 * The files that changed.
 *
 * @param listed the first of them, in the order of their names
 * @param count how many there are, also those that are not listed
 * @param insertions lines, of all
 * @param deletions lines, of all
 */
public record ChangedFiles(List<ChangedFile> listed, long count, long insertions, long deletions) {
  public ChangedFiles {
    listed = List.copyOf(listed);
  }

  /** Whether there are more than are listed. */
  public boolean isTruncated() {
    return listed.size() < count;
  }
}
