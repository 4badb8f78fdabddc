package dev.agentgate.workspace;

import java.util.List;

/**
 * The files that changed.
 *
 * @param listed the first files, sorted by name
 * @param count the number of all files, including those that are not listed
 * @param insertions lines inserted in all files
 * @param deletions lines deleted from all files
 */
public record ChangedFiles(List<ChangedFile> listed, long count, long insertions, long deletions) {
  public ChangedFiles {
    listed = List.copyOf(listed);
  }

  /** Whether there are more files than are listed. */
  public boolean isTruncated() {
    return listed.size() < count;
  }
}
